"""What does the container of a database run? Shell scripts, kept as files, put together here."""

from functools import cache
from importlib.resources import files


@cache
def start_script(engine: str) -> str:
    """The text for `sh -c`, for `mariadb`, `mysql` or `postgresql`; comments and empty lines left out."""
    family = "postgresql" if engine == "postgresql" else "mysql"
    texts = (
        files(__package__).joinpath(f"{name}.sh").read_text("utf-8") for name in ("common", family, "main")
    )
    lines = (line for text in texts for line in text.splitlines())
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#")) + "\n"
