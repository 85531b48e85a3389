import inspect

import pytest

from brainsnn import errors

FOUND = [value for _, value in inspect.getmembers(errors, inspect.isclass)]
CLASSES = [value for value in FOUND if not issubclass(value, Warning)]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_caught_as_one_and_says_what_it_is(error):
    assert issubclass(error, errors.BrainsnnError)
    # Pydantic would take these for its own; an estimator's input alone has to be a ValueError.
    assert issubclass(error, (ValueError, KeyError)) == (error is errors.InputError)
    assert error.__doc__
