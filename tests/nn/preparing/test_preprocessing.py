import warnings

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from nn.errors import InputError
from nn.model_file import BeyondTrainingWarning, Model, UnseenCategoryWarning
from nn.network.network import Network, parameter_count
from nn.preparing.columns import Column
from nn.preparing.preprocessing import (
    Oddity,
    fit_preprocessing,
    from_json,
    of_each_column,
    of_numbers,
    recode,
    to_json,
)
from nn.preparing.scaling import Scaling

COLORS = ("blue", "green", "red")
NAN = float("nan")
number = st.one_of(st.just(NAN), st.integers(-4, 4).map(float), st.floats(-1e6, 1e6))
place = st.one_of(st.just(NAN), st.sampled_from([0.0, 1.0, 2.0]))
rows = st.lists(st.tuples(number, place, number), min_size=1, max_size=12)


def table_of(drawn):
    values = np.array(drawn, dtype=np.float64)
    texts = [None if np.isnan(code) else COLORS[int(code)] for code in values[:, 1]]
    return values, np.array(texts, dtype=object)[:, None]


@given(rows, rows)
def test_scikit_learn_gives_the_same(train, test):
    columns = [Column("a"), Column("color", COLORS), Column("b")]
    train, train_texts = table_of(train)
    test, test_texts = table_of(test)
    if np.isnan(train).all(axis=0).any():
        with pytest.raises(InputError, match="has no value in the training rows"):
            fit_preprocessing(train, columns, "impute", "none")
        return
    found = fit_preprocessing(train, columns, "impute", "none")
    features = found.features(recode(found.columns, test, columns))

    median = SimpleImputer(strategy="median", add_indicator=True)
    frequent = SimpleImputer(strategy="most_frequent", missing_values=None)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    parts = []
    for where in (0, 2):
        median.fit(train[:, [where]])
        parts.append(median.transform(test[:, [where]]))
    one_hot.fit(frequent.fit_transform(train_texts))
    colors = one_hot.transform(frequent.transform(test_texts))
    if np.isnan(train[:, 1]).any():
        colors = np.concatenate([colors, np.isnan(test[:, [1]])], axis=1)
    expected = np.concatenate([parts[0], colors, parts[1]], axis=1)
    np.testing.assert_array_equal(features, expected)
    assert found.feature_names[: parts[0].shape[1]] == ("a", "a is missing")[: parts[0].shape[1]]


def test_features_and_their_names_worked_by_hand():
    columns = [Column("age"), Column("color", COLORS)]
    train = np.array([[1.0, 2.0], [NAN, 0.0], [3.0, 2.0], [8.0, NAN]])
    found = fit_preprocessing(train, columns, "impute", "zscore")
    assert found.feature_names == (
        "age", "age is missing", "color = blue", "color = red", "color is missing"
    )  # fmt: skip
    features = found.features(recode(found.columns, np.array([[NAN, 1.0], [8.0, NAN]]), columns))
    # The gap of age becomes 3, the mean of 1, 3, 3 and 8 is 3.75, and their deviation this:
    deviation = np.sqrt((2.75**2 + 0.75**2 + 0.75**2 + 4.25**2) / 4)
    np.testing.assert_allclose(
        features,
        [[-0.75 / deviation, 1, 0, 0, 0], [4.25 / deviation, 0, 0, 1, 1]],
        rtol=1e-15,
    )


def test_numbers_alone_are_scaled_as_ever():
    train = np.random.default_rng(0).normal(5, 3, size=(20, 3))
    columns = [Column(name) for name in "abc"]
    found = fit_preprocessing(train, columns, "refuse", "zscore")
    expected = StandardScaler().fit_transform(train)
    np.testing.assert_allclose(found.features(train), expected, rtol=1e-12)
    assert found.feature_names == ("a", "b", "c")


def test_what_must_not_be_missing_is_refused():
    found = fit_preprocessing(np.array([[1.0], [2.0]]), [Column("a")], "refuse", "none")
    with pytest.raises(InputError, match="column 'a': a value is missing"):
        found.features(np.array([[NAN]]))


@given(rows)
def test_json_gives_the_same_columns_again(train):
    values, _ = table_of(train)
    if not np.isnan(values).all(axis=0).any():
        columns = [Column("a"), Column("color", COLORS), Column("b")]
        for missing, known in (("impute", values), ("refuse", np.nan_to_num(values))):
            found = fit_preprocessing(known, columns, missing, "none")
            assert from_json(to_json(found.columns)) == found.columns


# Tables as a notebook has them

FRAME = pandas.DataFrame(
    {
        "extra": [1, 2, 3, 4],
        "color": ["red", None, "mauve", "blue"],
        "age": [1, 2, None, 4],
        "door": [3, None, 5, 3],
    }
)


def fitted(missing="impute"):
    columns = [Column("age"), Column("color", COLORS), Column("door", ("3", "5"))]
    train = np.array([[1.0, 2.0, 0.0], [NAN, 0.0, 1.0], [3.0, 2.0, 0.0], [8.0, NAN, NAN]])
    if missing == "refuse":
        train = train[[0, 2]]
    return fit_preprocessing(train, columns, missing, "zscore")


def model(missing="impute"):
    found = fitted(missing)
    size = len(found.feature_names)
    parameters = np.random.default_rng(0).normal(size=parameter_count((size, 2)))
    return Model(Network((size, 2), (), "softmax", parameters), found, "bought", ("no", "yes"))


def test_unseen_texts_are_told_once_a_column():
    texts = ["pink", "red", "teal", "pink", "", "lime", "gold", "teal", "pink"]
    coded = fitted().code({"age": [1.0] * 9, "color": texts, "door": ["3"] * 8 + ["9"]})
    assert [*map(str, of_each_column(coded.unseen))] == [
        "row 0 and 6 more, column 'color': "
        "'pink' (3), 'teal' (2), 'lime' and 1 others were not in training",
        "row 8, column 'door': '9' was not in training",
    ]


@pytest.mark.parametrize(
    ("age", "told"),
    [(0.0, None), (15.0, None), (15.1, "far beyond"), (-0.5, "below zero, unlike")],
)
def test_numbers_unlike_those_of_training_are_warned_of_once_a_column(age, told):
    """In training they are 1 to 8."""
    table = {"age": [2.0, age, age], "color": ["red"] * 3, "door": ["3"] * 3}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model().predict_proba(table)
    assert [each.category for each in caught] == [BeyondTrainingWarning] * (told is not None)
    assert [str(each.message) for each in caught] == [
        f"row 1 and 1 more, column 'age': {age} is {told} what training rows have, 1 to 8"
    ] * (told is not None)


def test_a_column_that_is_used_is_no_hint():
    with pytest.raises(InputError) as caught:
        fitted().code({"age": [1], "door": ["3"], "colour": ["red"]})
    assert str(caught.value) == "no column 'color'; did you mean 'colour'?"
    with pytest.raises(InputError) as caught:
        fitted().code({"age": [1], "color": ["red"], "ages": [3]})
    assert str(caught.value) == "no column 'door'; there is 'ages'"


def test_a_data_frame_and_a_mapping_in_any_order():
    coded = fitted().code(FRAME)
    assert coded.problems == []
    np.testing.assert_array_equal(coded.values, [[1, 1, 0], [2, NAN, NAN], [NAN, -1, 1], [4, 0, 0]])
    assert coded.unseen == [Oddity(2, "color", "'mauve'", 1)]
    with pytest.warns(UnseenCategoryWarning, match="row 2, column 'color': 'mauve' was not in"):
        expected = model().predict_proba(FRAME)
    turned = FRAME[["door", "color", "age"]]
    for table in (turned, {name: list(turned[name]) for name in turned}, turned.astype(object)):
        with pytest.warns(UnseenCategoryWarning):
            np.testing.assert_array_equal(model().predict_proba(table), expected)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        alone = [model().predict_proba(FRAME.iloc[[row]]) for row in (0, 1, 3)]
        by_place = model().predict_proba(FRAME[["age", "color", "door"]].iloc[[0, 1, 3]].to_numpy())
    np.testing.assert_array_equal(np.concatenate(alone), expected[[0, 1, 3]])
    np.testing.assert_array_equal(by_place, expected[[0, 1, 3]])
    single = model().predict_proba({"age": 1, "color": "red", "door": 3})
    np.testing.assert_array_equal(single, expected[:1])


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("Int64", [1, None]),
        ("Float64", [1.0, None]),
        ("boolean", [True, None]),
        ("str", ["1", None]),
        ("str", [" 1.0 ", "NaN"]),
        (object, [1, None]),
        (object, [1.0, float("nan")]),
        ("float32", [1.0, None]),
    ],
)
def test_gaps_as_pandas_writes_them(kind, cells):
    frame = pandas.DataFrame({"a": pandas.Series(cells, dtype=kind)})
    found = fit_preprocessing(np.array([[1.0], [NAN]]), [Column("a")], "impute", "none")
    coded = found.code(frame)
    assert coded.problems == []
    np.testing.assert_array_equal(coded.values, [[1.0], [NAN]])


def test_the_cells_that_cannot_be_used_are_named():
    table = {"age": ["x", 1e101, None], "color": ["red", None, "red"], "door": [3, 3, 3]}
    with pytest.raises(InputError) as error:
        model("refuse").predict_proba(table)
    assert str(error.value) == (
        "row 0, column 'age': 'x' is not a number; "
        "row 1, column 'age': 1e+101 is beyond the largest number that can be used, 1e+100; "
        "row 2, column 'age': a value is missing; row 1, column 'color': a value is missing"
    )
    with pytest.raises(InputError, match=r"; and 2 more$"):
        model().predict_proba({"age": ["x"] * 7, "color": ["red"] * 7, "door": [3] * 7})


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"agee": [1], "color": ["red"]}, "no column 'age'; did you mean 'agee'"),
        (pandas.DataFrame([[1, "red", 3]]), "no column 'age'; there is only 0, 1, 2"),
        ({"color": ["red"]}, "no column 'age'; there is only 'color'"),
        ({"age": [1, 2], "color": ["red"], "door": [1]}, r"column 'color' has shape \(1,\)"),
        ([[1, "red"]], r"shape \(1, 2\), not \(rows, 3\): give the columns 'age', 'color', 'door'"),
        ([1, "red", 3], r"shape \(3,\)"),
        (
            pandas.concat([FRAME, FRAME[["color"]]], axis=1),
            r"column 'color' has shape \(4, 2\).*each name once",
        ),
    ],
)
def test_tables_that_do_not_fit(table, told):
    with pytest.raises(InputError, match=told):
        model().predict_proba(table)


def test_a_table_without_rows():
    assert model().predict_proba(FRAME.iloc[:0]).shape == (0, 2)
    numeric = Model(
        Network((1, 2), (), "softmax", np.ones(4)),
        of_numbers("a", Scaling(np.zeros(1), np.ones(1))),
        "b",
        ("0", "1"),
    )
    assert numeric.predict_proba(np.empty((0, 1))).shape == (0, 2)


JOBS = tuple(f"job {number:02}" for number in range(20))


def many_texts(rows, seed=0):
    """Places of jobs (rows, 1), few of which are frequent."""
    return np.random.default_rng(seed).geometric(0.2, size=(rows, 1)).clip(max=20) - 1.0


@pytest.mark.parametrize("most", [2, 5, 13])
def test_the_rarest_of_many_categories_are_one_as_in_scikit_learn(most):
    column = Column("job", JOBS, most_categories=most)
    train, test = many_texts(400), np.arange(20.0)[:, None]
    found = fit_preprocessing(train, [column], "refuse", "zscore")
    oracle = OneHotEncoder(
        max_categories=most, sparse_output=False, handle_unknown="infrequent_if_exist"
    )
    texts = np.array(JOBS, dtype=object)
    oracle.fit(texts[train.astype(int)])
    features = found.features(recode(found.columns, test, [column]))
    np.testing.assert_array_equal(features, oracle.transform(texts[test.astype(int)]))
    assert len(found.feature_names) == most
    assert found.feature_names[-1] == "job = (other)"


def test_texts_that_training_has_not_seen_are_with_the_rarest():
    column = Column("job", JOBS, most_categories=3)
    found = fit_preprocessing(many_texts(400), [column], "impute", "zscore")
    coded = found.code({"job": ["job 00", "clown", "", "job 19"]})
    assert coded.unseen == []
    assert coded.problems == []
    np.testing.assert_array_equal(coded.values[:, 0], [0.0, 2.0, NAN, 2.0])
    assert from_json(to_json(found.columns)) == found.columns


def test_a_column_of_no_more_texts_than_that_is_as_without_a_limit():
    train = np.arange(20.0)[:, None] % 4
    column = Column("job", JOBS)
    limited = column._replace(most_categories=4)
    found, expected = (
        fit_preprocessing(train, [each], "refuse", "none").columns for each in (limited, column)
    )
    assert found == expected


def test_the_name_of_the_others_is_no_category_s():
    jobs = ("(other)", "a", "b", "c")
    column = Column("job", jobs, most_categories=2)
    found = fit_preprocessing(np.array([[0.0, 0.0, 1.0, 2.0, 3.0]]).T, [column], "refuse", "none")
    assert found.columns[0].categories == ("(other)", "((other))")


@pytest.mark.parametrize("rest", ["job", "job 00", 1])
def test_a_rest_that_is_not_the_last_category_is_refused(rest):
    described = {"name": "job", "indicator": False, "fill": None, "categories": ["job 00", "x"]}
    with pytest.raises(InputError, match="no column's description"):
        from_json([described | {"rest": rest}])
