"""How much is `512Mi` or `0.2`? Kubernetes quantities as exact numbers."""

import re
from decimal import ROUND_CEILING, Decimal, InvalidOperation

_BINARY = {
    suffix: Decimal(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)
}
_DECIMAL = {suffix: Decimal(1000) ** power for power, suffix in enumerate(("k", "M", "G", "T", "P", "E"), 1)}
_SMALL = {"m": Decimal("1e-3"), "u": Decimal("1e-6"), "n": Decimal("1e-9"), "": Decimal(1)}
_FACTORS = _BINARY | _DECIMAL | _SMALL
_QUANTITY = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([eE][+-]?[0-9]{1,3})|([A-Za-z]{0,2}))")


def parse_quantity(value: object) -> Decimal:
    """The number that a quantity stands for (k8s.io/apimachinery/pkg/api/resource/quantity.go).

    ValueError if none.
    """
    found = _QUANTITY.fullmatch(str(value))
    if found is None or (found[3] or "") not in _FACTORS:
        raise ValueError(f"{value!r} is not a quantity")
    try:
        return Decimal(found[1] + (found[2] or "")) * _FACTORS[found[3] or ""]
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not a quantity") from error


def divided(value: object, divisor: object) -> str:
    """`value / divisor`, rounded up to a whole number, as resourceFieldRef shows it."""
    by = parse_quantity(divisor) or Decimal(1)
    return str(int((parse_quantity(value) / by).to_integral_value(ROUND_CEILING)))
