"""What is a Kubernetes quantity (`512Mi`, `0.2`, `1e3`), and what is its canonical form?

Rules and canonical form follow k8s.io/apimachinery/pkg/api/resource/quantity.go: at most nine decimal places,
rounded up, and the largest suffix that leaves a whole number.
"""

import re
from decimal import ROUND_CEILING, Decimal, localcontext

PATTERN = re.compile(
    r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?[0-9]{1,4})"
)
COMPLAINT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
LONGEST = 64
LARGEST = Decimal(2**63 - 1)
SMALLEST = Decimal("1e-9")


def value_of(text: str) -> Decimal:
    """The number that a quantity stands for. Raises ValueError with the real server's words."""
    return _parse(text)[0]


def canonical(text: str) -> str:
    """The quantity as the server stores it: `1024Mi` is `1Gi`, `0.2` is `200m`. Raises ValueError."""
    value, style = _parse(text)
    if style == "binary" and abs(value) >= 1024 and value == value.to_integral_value():
        return _binary(int(value))
    return _decimal(value, style)


def whole_milli(text: str) -> str:
    """The quantity in canonical form, rounded up to thousandths."""
    value, style = _parse(text)
    rounded = value.quantize(Decimal("0.001"), rounding=ROUND_CEILING)
    return canonical(text) if rounded == value else _decimal(rounded, style)


def _parse(text: str) -> tuple[Decimal, str]:
    match = PATTERN.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise ValueError(COMPLAINT)
    sign, digits, suffix = match.groups()
    with localcontext() as context:
        context.prec = 400
        value = Decimal(digits)
        if suffix in BINARY:
            value, style = value * 2 ** BINARY[suffix], "binary"
        elif suffix in DECIMAL:
            value, style = value.scaleb(DECIMAL[suffix]), "decimal"
        else:
            value, style = value.scaleb(max(-400, min(300, int(suffix[1:])))), "exponent"
        value = min(value, LARGEST).quantize(SMALLEST, rounding=ROUND_CEILING)
    return (-value if sign == "-" else value), style


def _binary(value: int) -> str:
    for suffix, power in reversed(BINARY.items()):
        if value % (1 << power) == 0:
            return f"{value >> power}{suffix}"
    return str(value)


def _decimal(value: Decimal, style: str) -> str:
    if value == 0:
        return "0"
    for suffix, power in reversed(DECIMAL.items()):
        scaled = value.scaleb(-power)
        if scaled == scaled.to_integral_value():
            number = f"{int(scaled)}"
            return f"{number}e{power}" if style == "exponent" and power else number + suffix
    raise AssertionError("quantize left more than nine decimal places")  # pragma: no cover
