from icontract import require

from verify import target


@target
@require(lambda teams: True)
def league_matches(teams: list[int]) -> int:
    """Matches of a league in which each team plays each, at home and away."""
    matches = 0
    for home in range(len(teams)):
        for away in range(len(teams)):
            if home != away:
                matches += 1
    return matches
