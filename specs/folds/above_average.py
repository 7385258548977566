from icontract import require

from verify import target


@target
@require(lambda marks: True)
def above_average(marks: list[int]) -> int:
    """How many marks lie above the average."""
    count = 0
    for mark in marks:
        if mark * len(marks) > sum(marks):
            count += 1
    return count
