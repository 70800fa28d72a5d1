"""Correct what in finished pages keeps a screen reader from making sense of them."""

CORRECTIONS = {
    # A bibliography is a list: its entries must be list items (docutils uses a role that is deprecated).
    'role="doc-biblioentry"': 'role="listitem"',
    # The button's text says what it does ("code"); the label would replace it.
    '<summary aria-label="Toggle hidden content">': "<summary>",
}


def correct(app, page_name, template_name, context, doctree) -> None:
    """Correct the body of one page before it goes into its template."""
    for wrong, right in CORRECTIONS.items():
        if "body" in context:
            context["body"] = context["body"].replace(wrong, right)


def setup(app):
    """Register with Sphinx."""
    app.connect("html-page-context", correct)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
