"""What is said of a configuration file, added with --config, that Python refuses?"""

import pytest
from traitlets.config import PyFileConfigLoader

from libretexts_hub.demo import extra_config


def load(*files) -> PyFileConfigLoader:
    """As JupyterHub's loader does it."""
    loader = PyFileConfigLoader("base.py")
    extra_config.load(loader.load_subconfig, [str(file) for file in files])
    return loader


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        pytest.param("c.JupyterHub.x = 1 +", "SyntaxError: invalid syntax", id="not Python"),
        pytest.param("import no_such_module", "No module named 'no_such_module'", id="import"),
        pytest.param("c.JupyterHub.x = undefined", "name 'undefined' is not defined", id="name"),
        pytest.param("raise ValueError('one\\ntwo')", "ValueError: one two", id="two lines"),
    ],
)
def test_file_and_line_are_named_in_one_sentence(tmp_path, capsys, line, complaint):
    file = tmp_path / "extra.py"
    file.write_text(f"c.JupyterHub.port = 1\n{line}\n")
    with pytest.raises(SystemExit) as ended:
        load(file)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert complaint in said
    assert f"{file}, line 2" in said
    assert said.count("\n") == 1


def test_the_last_file_wins(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"c.JupyterHub.db_url = {name!r}\n")
    assert load(tmp_path / "a", tmp_path / "b").config.JupyterHub.db_url == "b"
