"""The text that is reviewed; the values lie in ``contract.segmentation``."""

from pactoria_desktop.contract.segmentation import ReviewedText, TextParagraph, plain_text

__all__ = ["ReviewedText", "TextParagraph", "plain_text"]
