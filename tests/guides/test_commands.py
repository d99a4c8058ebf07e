"""Does the runner of the guides see when a guide is wrong?"""

import pytest

from tests.guides.commands import Step, follow, matches, steps

PAGE = """
<!-- docs-test: file a/b.yaml -->
```yaml
x: 1
```

```console
$ not-tried
```

<!-- docs-test: run 1 -->

```console
$ cat a/b.yaml
x: 1
$ false \\
  || false
```
"""


def test_only_tagged_blocks_are_tried_in_their_order(tmp_path):
    found = steps(PAGE)
    assert [step.name for step in found] == ["a/b.yaml", "cat a/b.yaml", "false \\\n  || false"]
    for step in found:
        follow(step, tmp_path, {"PATH": "/usr/bin:/bin"})


@pytest.mark.parametrize(
    ("shown", "said", "expected"),
    [
        ([], "anything", True),
        (["a", "b"], "a\nb\n", True),
        (["a"], "a\nb\n", False),
        (["a", "..."], "a\nb\nc\n", True),
        (["...", "c"], "a\nb\nc\n", True),
        (["a..."], "abc\n", True),
        (["b..."], "abc\n", False),
    ],
)
def test_what_is_shown_is_compared(shown, said, expected):
    assert matches(shown, said) is expected


@pytest.mark.parametrize("step", [Step(command="false"), Step(command="echo a", shown=["b"])])
def test_a_wrong_guide_fails(tmp_path, step):
    with pytest.raises(AssertionError):
        follow(step, tmp_path, {"PATH": "/usr/bin:/bin"})


def test_a_tag_that_nobody_knows_is_told():
    with pytest.raises(ValueError, match="knows no 'rum'"):
        steps("<!-- docs-test: rum -->\n```\n$ x\n```\n")
