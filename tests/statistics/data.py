"""Groups of values as trainings give them, and worse: skewed, tied, tiny, constant, far from 0."""

import numpy

KINDS = ("normal", "unequal", "skewed", "tied", "pairs", "one_constant", "far", "large")


def groups(seed, kind=None):
    """2 to 7 groups of one kind; the kind goes round with the seed."""
    random = numpy.random.default_rng(seed)
    kind = kind or KINDS[seed % len(KINDS)]
    sizes = random.integers(3, 40, size=random.integers(2, 8))
    if kind == "pairs":
        sizes[:] = 2
    if kind == "large":
        sizes = sizes[:3] * 100
    shift = random.choice([0.0, 0.2, 1.0, 5.0]) * random.normal(size=sizes.size)
    result = []
    for size, place in zip(sizes, shift):
        values = random.normal(place, 1.0, size)
        if kind == "unequal":
            values = place + (values - place) * random.uniform(0.1, 10.0)
        if kind == "skewed":
            values = numpy.exp(values)
        if kind == "tied":
            values = numpy.round(values)
        if kind == "far":
            values = 1e6 + values
        result.append(values.tolist())
    if kind == "one_constant":
        result[0] = [0.1] * len(result[0])
    return result


def two_way(seed):
    """Two factors, cells of equal or unequal size, with or without ties."""
    random = numpy.random.default_rng(seed)
    rows, columns = random.integers(2, 6, size=2)
    sizes = random.integers(2, 12, size=(rows, columns))
    if seed % 3 == 0:
        sizes[:] = 4
    effects = random.normal(size=(rows, columns)) * random.choice([0.0, 0.5, 5.0])
    response, first, second = [], [], []
    for i in range(rows):
        for j in range(columns):
            response.extend(random.normal(effects[i, j] + 0.5 * i, 1.0, sizes[i, j]))
            first.extend([i] * sizes[i, j])
            second.extend([j] * sizes[i, j])
    response = numpy.array(response)
    if seed % 4 == 1:
        response = numpy.round(response * 2.0) / 2.0
    if seed % 4 == 2:
        response = response + 1e5
    order = random.permutation(response.size)
    return {
        "response": response[order].tolist(),
        "first": numpy.array(first)[order].tolist(),
        "second": numpy.array(second)[order].tolist(),
        "first_levels": int(rows),
        "second_levels": int(columns),
    }
