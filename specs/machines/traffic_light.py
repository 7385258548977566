from icontract import require

from verify import target


@target
@require(lambda seconds: seconds >= 0)
def traffic_light(seconds: int) -> int:
    """The colour that a traffic light shows: 0 red, 1 green, 2 yellow, a second each."""
    light = 0
    for _ in range(seconds):
        if light == 0:
            light = 1
        elif light == 1:
            light = 2
        else:
            light = 0
    return light
