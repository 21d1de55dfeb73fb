"""What a network says during training: an animated GIF."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from PIL import Image

from stages.figures.boundary import Field, draw_field, draw_rows
from stages.figures.plane import Array, Plane
from stages.figures.style import fit_texts, new_axes

DOTS_PER_INCH = 100
COLORS = 256
FRAME_MILLISECONDS, LAST_FRAME_MILLISECONDS = 120, 2500


def animate_boundary(
    plane: Plane, field: Field, frames: Iterable[tuple[str, Array]], title: str
) -> list[Image.Image]:
    """Draw an image for each frame: its subtitle, and probabilities in place of the field's."""
    figure, axes = new_axes(5.2, 5.0, title, " ")
    draw_rows(axes, plane)
    return animate(
        figure,
        axes,
        frames,
        lambda probabilities: draw_field(axes, field._replace(probabilities=probabilities)),
    )


def animate(
    figure: Figure,
    axes: Axes,
    frames: Iterable[tuple[str, Array]],
    draw: Callable[[Array], Sequence[Artist | ContourSet]],
) -> list[Image.Image]:
    """Draw an image for each frame: its subtitle, and what `draw` makes of its numbers."""
    figure.set_dpi(DOTS_PER_INCH)
    fit_texts(figure)
    canvas: Any = FigureCanvasAgg(figure)  # its methods carry no types
    images = []
    for subtitle, numbers in frames:
        drawn = draw(numbers)
        axes.set_title(subtitle)
        canvas.draw()
        figure.set_layout_engine("none")  # the axes stay where the first image put them
        images.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
        for artist in drawn:
            artist.remove()
    return images


def save_animation(images: Sequence[Image.Image], path: Path) -> None:
    """Write a GIF that loops for ever and pauses on its last image.

    All images share a palette, without dithering: what stands still costs no bytes.
    """
    sample = [np.asarray(image) for image in images[:: max(len(images) // 8, 1)]]
    palette = Image.fromarray(np.concatenate(sample)).quantize(COLORS)
    first, *others = (image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images)
    first.save(
        path,
        save_all=True,
        append_images=others,
        duration=[FRAME_MILLISECONDS] * len(others) + [LAST_FRAME_MILLISECONDS],
        loop=0,
    )
