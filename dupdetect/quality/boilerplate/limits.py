"""Numbers of words that say what a line may be."""

from __future__ import annotations

#: Running text of this many words that holds no known phrase is content: trees are not asked.
PARAGRAPH_WORDS = 30
#: The first line of a text is its headline where it has more words than this.
HEADLINE_WORDS = 3
#: A bar or trail of links has at most this many words.
TRAIL_WORDS = 60
#: Longer lines are not held against whole-line phrases.
LONE_WORDS = 12
