from icontract import ensure, require

from verify import target


@target
@require(lambda xs: True)
@ensure(lambda xs, result: len(result) == len(xs))
def insertion_sort(xs: list[int]) -> list[int]:
    """A list in order, as one sorts cards in the hand."""
    cards = xs[:]
    for i in range(1, len(cards)):
        card = cards[i]
        j = i - 1
        while j >= 0 and cards[j] > card:
            cards[j + 1] = cards[j]
            j -= 1
        cards[j + 1] = card
    return cards
