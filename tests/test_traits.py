"""Can an operator use every setting from its help alone? What it is, and one line to paste that works."""

import re

import pytest
from traitlets.config.loader import PyFileConfigLoader

from docs._ext.our_traits import Setting, all_settings, configurable_classes

SETTINGS = all_settings()
every_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.id)


def example_of(setting: Setting) -> str:
    """What follows `Example:`: code in backticks, or a fenced or indented block."""
    _, found, rest = setting.help.partition("Example:")
    assert found, f"{setting.id} has no line that begins with `Example:`."
    fenced = re.search(r"```\w*\n(.*?)```", rest, re.DOTALL)
    inline = re.match(r"\s*`([^`]+)`", rest)
    if inline and not rest.lstrip().startswith("```"):
        return inline.group(1)
    return fenced.group(1) if fenced else re.sub(r"^ {4}", "", rest.lstrip(":\n"), flags=re.MULTILINE)


def test_the_walk_finds_the_spawner():
    assert "LibreTextsSpawner" in {cls.__name__ for cls in configurable_classes()}
    assert SETTINGS, "no setting was found: the checks below would check nothing"


@every_setting
def test_help_says_what_it_is(setting):
    what, _, _ = setting.help.partition("Example:")
    assert len(what.split()) >= 8, (
        f"{setting.id} needs a sentence or two that say what it is and what the default does."
    )
    assert what.strip().endswith((".", ":", "```")), f"The help of {setting.id} does not end its sentence."


@every_setting
def test_example_is_a_configuration_that_sets_this_very_trait(setting, tmp_path):
    example = example_of(setting)
    (tmp_path / "example.py").write_text(f"c = get_config()\n{example}\n", encoding="utf-8")

    config = PyFileConfigLoader("example.py", path=str(tmp_path)).load_config()

    owners = [section for section in config if setting.name in config[section]]
    assert owners, f"The example of {setting.id} does not set it: {example!r}"
    setting.trait._validate(_holder(setting), config[owners[0]][setting.name])


def _holder(setting: Setting):
    """An object that a trait can be validated against without starting a hub: no __init__ has run."""
    cls = next(cls for cls in configurable_classes() if cls.__name__ == setting.class_name)
    holder = cls.__new__(cls)
    holder._cross_validation_lock = (
        True  # only the type is asked here; the class's own validators have their own tests
    )
    return holder


@pytest.mark.parametrize("cls", configurable_classes(), ids=lambda cls: cls.__name__)
def test_each_class_says_what_it_is_for(cls):
    assert (cls.__doc__ or "").strip(), f"{cls.__name__} has no docstring; the trait reference shows it."
