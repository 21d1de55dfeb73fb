"""The markers of rows, one shape a class, so that colour is not all that tells classes apart."""

COLORS = 7  # that style.css has; from the eighth class on they come round again
# A circle, and corners about the origin of shapes with about its area, for a radius of 1.
CIRCLE: list[tuple[float, float]] = []
TRIANGLE = [(0.0, -1.3), (1.25, 0.87), (-1.25, 0.87)]
SQUARE = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
DIAMOND = [(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]
TIP_DOWN = [(0.0, 1.3), (1.25, -0.87), (-1.25, -0.87)]
SHAPES = (CIRCLE, TRIANGLE, SQUARE, DIAMOND, TIP_DOWN)


def marker_path(number: int, x: float, y: float, radius: float) -> str:
    """Write a class's marker at a place as the path of an SVG."""
    shape = SHAPES[(number + number // COLORS) % len(SHAPES)]
    if not shape:
        arc = f"a{radius:g} {radius:g} 0 1 0"
        return f"M{x - radius:.1f} {y:.1f}{arc} {2 * radius:g} 0{arc} {-2 * radius:g} 0z"
    corners = [f"{x + radius * right:.1f} {y + radius * down:.1f}" for right, down in shape]
    return f"M{'L'.join(corners)}z"


def class_color(number: int) -> str:
    """Give a class its colour, as CSS has it."""
    return f"var(--c{number % COLORS})"
