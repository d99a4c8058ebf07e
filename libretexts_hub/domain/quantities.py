"""How many cores, and how many bytes, does a Kubernetes quantity mean?

The grammar is Kubernetes' own (`resource.Quantity` in apimachinery): a decimal number and a suffix.
KubeSpawner reads `G` as GiB where Kubernetes reads 10^9 bytes: such a suffix is refused, never guessed.
"""

import re
from decimal import ROUND_CEILING, Decimal

from libretexts_hub.errors import ConfigurationError

BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
DECIMAL = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
FRACTIONS = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3")}
PATTERN = re.compile(r"(\d{1,18}(?:\.\d{0,9})?|\.\d{1,9})([eE][+-]?\d{1,2}|[A-Za-z]{0,2})", re.ASCII)

# A container runtime needs more than this to start anything: a smaller number is a forgotten suffix.
LEAST_MEMORY_BYTES = 4 * 2**20
MOST_MEMORY_BYTES = 2**60
MOST_CORES = 10_000


def parse_cpu(value: object, *, where: str) -> float:
    """Cores, as KubeSpawner's `cpu_limit` wants them, from `0.2` or `"500m"`. Raises ConfigurationError."""
    number, suffix = _split(value, where, example="0.5, 2 or 500m")
    if suffix in BINARY or suffix in DECIMAL:
        raise ConfigurationError(
            f"{_shown(value)} is not a number of cores", where=where, fix="Write cores as 0.5, 2 or 500m."
        )
    cores = number * FRACTIONS.get(suffix, Decimal(1))
    if not Decimal("0.001") <= cores <= MOST_CORES:
        raise ConfigurationError(
            f"{_shown(value)} is {cores.normalize():f} cores, outside of 0.001 to {MOST_CORES}",
            where=where,
            fix="Write cores as 0.5, 2 or 500m.",
        )
    return float(cores)


def parse_memory(value: object, *, where: str) -> int:
    """Bytes, as KubeSpawner's `mem_limit` wants them, from `"512Mi"`. Raises ConfigurationError."""
    number, suffix = _split(value, where, example="512Mi or 2Gi")
    if suffix in DECIMAL:
        raise ConfigurationError(_two_readings(number, suffix), where=where, fix=_two_fixes(number, suffix))
    if suffix in FRACTIONS:
        raise ConfigurationError(
            f"{_shown(value)} is a fraction of a byte",
            where=where,
            fix=f"Write {number.normalize():f}Mi, or what you meant.",
        )
    size = int((number * BINARY.get(suffix, 1)).to_integral_value(ROUND_CEILING))
    if size < LEAST_MEMORY_BYTES:
        raise ConfigurationError(
            f"{_shown(value)} is {size} bytes, too little for any server",
            where=where,
            fix=f"Write a suffix, for example {number.normalize():f}Mi.",
        )
    if size > MOST_MEMORY_BYTES:
        raise ConfigurationError(f"{_shown(value)} is more than 1Ei", where=where, fix="Write 512Mi or 2Gi.")
    return size


def amount(value: object) -> Decimal | None:
    """What a quantity of a finished pod says, as Kubernetes reads it; None where it can't be read."""
    found = PATTERN.fullmatch(str(value))
    if found is None:
        return None
    digits, suffix = found.groups()
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix != "Ei":
        return Decimal(digits + suffix)
    factors: dict[str, int | Decimal] = {"": 1, **BINARY, **DECIMAL, **FRACTIONS}
    factor = factors.get(suffix)
    return None if factor is None else Decimal(digits) * factor


def format_memory(size: int) -> str:
    """Bytes for a person: `2 GiB`, `512 MiB`, at most one decimal."""
    unit, factor = next(
        ((f"{suffix}B", factor) for suffix, factor in reversed(BINARY.items()) if size >= factor),
        ("bytes", 1),
    )
    return f"{round(size / factor, 1):g} {unit}"


def as_quantity(size: int) -> str:
    """Bytes as Kubernetes writes them, exactly: `2Gi`, `1536Mi`, `1000`."""
    for suffix, factor in reversed(BINARY.items()):
        if size >= factor and size % factor == 0:
            return f"{size // factor}{suffix}"
    return str(size)


def format_cores(cores: float) -> str:
    """Cores for a person: `2 CPU`, `0.2 CPU`."""
    return f"{round(cores, 3):g} CPU"


def _split(value: object, where: str, *, example: str) -> tuple[Decimal, str]:
    """The number, with any exponent, and the suffix; nothing but a well-formed quantity passes."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ConfigurationError(
            f"{_shown(value)} is not a quantity", where=where, fix=f"Write a Kubernetes quantity: {example}."
        )
    found = PATTERN.fullmatch(str(value).strip() if isinstance(value, str) else repr(value))
    if found is None:
        raise ConfigurationError(
            f"{_shown(value)} is not a quantity", where=where, fix=f"Write a Kubernetes quantity: {example}."
        )
    digits, suffix = found.groups()
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix != "Ei":
        return Decimal(digits + suffix), ""
    if suffix and suffix not in BINARY | DECIMAL | FRACTIONS:
        raise ConfigurationError(
            f"{_shown(value)} has the unknown suffix {suffix!r}",
            where=where,
            fix=f"Write a Kubernetes quantity: {example}.",
        )
    return Decimal(digits), suffix


def _two_readings(number: Decimal, suffix: str) -> str:
    kubernetes = int(number * DECIMAL[suffix])
    kubespawner = int(number * BINARY[suffix.upper() + "i"])
    return (
        f"{number:f}{suffix} has two readings: {kubernetes} bytes (Kubernetes) "
        f"and {kubespawner} bytes (KubeSpawner's own suffixes)"
    )


def _two_fixes(number: Decimal, suffix: str) -> str:
    return f"Write {number:f}{suffix.upper()}i, or {int(number * DECIMAL[suffix])} for the smaller one."


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
