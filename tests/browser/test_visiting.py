"""Visitors who come one after the other know nothing of each other."""

KEPT = "() => [localStorage.getItem('name'), document.cookie.includes('name=')]"


def test_a_context_that_is_given_back_has_forgotten_what_its_pages_kept(contexts, dashboard):
    context = contexts.take(dashboard)
    page = context.new_page()
    page.goto(f"{dashboard}/_stcore/health")
    page.evaluate("() => { localStorage.setItem('name', 'value'); document.cookie = 'name=value'; }")
    assert page.evaluate(KEPT) == ["value", True]
    contexts.give_back(context, dashboard)
    assert page.is_closed()
    assert contexts.take(dashboard) is context
    page = context.new_page()
    page.goto(f"{dashboard}/_stcore/health")
    assert page.evaluate(KEPT) == [None, False]
    contexts.give_back(context, dashboard)
