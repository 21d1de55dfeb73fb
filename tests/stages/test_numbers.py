import pytest

from stages.figures.numbers import fixed, four_decimals, short, with_deviation


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0"),
        (0.111549, "0.1115"),
        (5.4871, "5.487"),
        (9999.4, "9999"),
        (9999.6, "10000"),
        (38_420.7, "38420"),
        (-1_234_567.0, "-1235000"),
        (1.5e16, "1.5e+16"),
        (-1.25e-7, "-1.25e-07"),
        (0.000012346, "0.00001235"),
        (-0.0, "0"),
        (None, "–"),
    ],
)
def test_a_number_of_any_unit_is_written_as_a_person_would(value, told):
    assert short(value) == told


def test_more_digits_can_be_asked_for():
    assert short(12_345.6, 6) == "12345.6"


def test_a_deviation_has_the_decimals_of_its_mean():
    assert with_deviation(0.95, 0.0123, fixed) == ("0.950", "0.012")
    assert with_deviation(6.26, 0.7123, short) == ("6.26", "0.71")
    assert with_deviation(38_420.7, 1234.56, short) == ("38420", "1235")
    assert with_deviation(5.0, 0.25, short) == ("5", "0.25")
    assert with_deviation(5.0, None, short) == ("5", "–")


def test_what_rounds_to_nothing_has_no_minus():
    assert [four_decimals(x) for x in (0.12344, -0.00001, None)] == ["0.1234", "0.0000", "–"]
