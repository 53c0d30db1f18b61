"""Whether words fit on a paper: asked by forms when somebody submits, by certs when it issues.

It stands in `shared/` because the answer crosses the wall: a text that the document would have to
refuse is refused while its writer still sits at the screen. What is measured against is what the
template's compiler committed (`<language>.layout.json`) and the faces that documents embed.
"""

from shared.fit.papers import Fit, Papers

__all__ = ["Fit", "Papers"]
