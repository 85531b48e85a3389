"""Networks shown: as text and Markdown, as a summary and a page, as a drawing."""

from brainsnn.network.describe.drawing import draw
from brainsnn.network.describe.summary import page, summary
from brainsnn.network.describe.text import describe_markdown, describe_text

__all__ = ["describe_markdown", "describe_text", "draw", "page", "summary"]
