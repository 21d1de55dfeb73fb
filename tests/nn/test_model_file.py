import hashlib
import io
import json
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nn.errors import InputError, ModelFileError
from nn.model_file import Model, load_model, model_bytes, npz_bytes
from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.network.outputs import OUTPUTS, REGRESSION
from nn.preparing.preprocessing import Preparation, Preprocessing, of_numbers
from nn.preparing.scaling import Scaling
from nn.preparing.target import Quantity

finite = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)  # surrogates are no text


@st.composite
def preparations(draw):
    categories, fill = None, draw(st.none() | st.floats(-1e100, 1e100))
    if draw(st.booleans()):
        categories = tuple(draw(st.lists(words, min_size=1, max_size=3, unique=True)))
        fill = draw(st.none() | st.integers(0, len(categories) - 1).map(float))
    indicator = fill is not None and draw(st.booleans())
    return Preparation(draw(words), categories, fill, indicator)


@st.composite
def models(draw):
    hidden = draw(st.lists(st.integers(1, 5), max_size=3))
    activations = draw(
        st.lists(
            st.sampled_from(["relu", "leaky_relu", "tanh", "sigmoid"]),
            min_size=len(hidden),
            max_size=len(hidden),
        )
    )
    output = draw(st.sampled_from([*OUTPUTS]))
    is_of_numbers = OUTPUTS[output].task == REGRESSION
    most = 2 if output == "sigmoid" else 4
    classes = draw(st.lists(words, min_size=2, max_size=most, unique=True))
    classes = [] if is_of_numbers else classes
    columns = tuple(draw(st.lists(preparations(), min_size=1, max_size=4)))
    features = sum(len(column.feature_names) for column in columns)
    sizes = (features, *hidden, OUTPUTS[output].units(len(classes)))
    members = draw(st.sampled_from([(), (2,), (3,)]))
    parameters = draw(arrays(np.float64, (*members, parameter_count(sizes)), elements=finite))
    kind = Ensemble if members else Network
    network = kind(sizes, activations, output, parameters, draw(st.floats(0, 1)))
    center = draw(arrays(np.float64, features, elements=finite))
    scale = draw(arrays(np.float64, features, elements=st.floats(1e-300, 1e300)))
    clip = draw(st.none() | st.floats(1, 1e6))
    prepared = Preprocessing(columns, Scaling(center, scale, clip))
    target = Scaling(
        draw(arrays(np.float64, 1, elements=finite)),
        draw(arrays(np.float64, 1, elements=st.floats(1e-300, 1e300))),
    )
    errors = draw(arrays(np.float64, st.integers(0, 5), elements=finite))
    quantity = Quantity(target, errors) if is_of_numbers else None
    threshold = draw(st.floats(0, 1, exclude_min=True, exclude_max=True))
    return Model(network, prepared, draw(words), tuple(classes), quantity, threshold)


def example():
    parameters = np.arange(-8.0, 9.0) / 4
    network = Network((2, 3, 2), ("leaky_relu",), "softmax", parameters, negative_slope=0.125)
    scaling = Scaling(np.array([1.0, -2.5]), np.array([0.5, 4.0]))
    return Model(network, of_numbers(("height", "größe"), scaling), "label", ("no", "yes"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


def content(model):
    """Everything in a model, with its bits."""
    network = model.network
    return (
        network.sizes,
        network.activations,
        network.output,
        network.negative_slope,
        *(a.tobytes() for a in (network.parameters, model.scaling.center, model.scaling.scale)),
        model.preprocessing.columns,
        model.target,
        model.classes,
        model.threshold,
        model.scaling.clip,
        model.quantity
        and [a.tobytes() for a in (*model.quantity.scaling[:2], model.quantity.errors)],
    )


@given(model=models())
def test_round_trip(model, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "round-trip.npz"
    path.write_bytes(model_bytes(model))
    loaded = load_model(path)
    assert content(loaded) == content(model)
    assert model_bytes(loaded) == path.read_bytes()
    for names in (loaded.network.sizes, loaded.preprocessing.columns, loaded.classes):
        assert isinstance(names, tuple)


def test_a_loaded_model_predicts_the_same_bits(path):
    path.write_bytes(model_bytes(example()))
    features = np.random.default_rng(0).standard_normal((20, 2)) * 3
    expected = example().predict_proba(features)
    assert load_model(str(path)).predict_proba(features).tobytes() == expected.tobytes()


def test_predictions_worked_by_hand():
    # (x - 1) / 0.5 and (x + 2.5) / 4, then 2 a - b + 0.5: for (1.5, 1.5) 2 * 1 - 1 + 0.5 = 1.5.
    network = Network((2, 1), (), "sigmoid", np.array([2.0, -1.0, 0.5]))
    scaling = Scaling(np.array([1.0, -2.5]), np.array([0.5, 4.0]))
    model = Model(network, of_numbers(("a", "b"), scaling), "c", ("0", "1"))
    expected = 1 / (1 + np.exp(-1.5))
    np.testing.assert_allclose(
        model.predict_proba(np.array([[1.5, 1.5]])), [[1 - expected, expected]], rtol=1e-14
    )


def regression_example():
    # As above the sum is 1.5; a standard deviation is 10, the mean 300: 315.
    network = Network((2, 1), (), "linear", np.array([2.0, -1.0, 0.5]))
    scaling = Scaling(np.array([1.0, -2.5]), np.array([0.5, 4.0]))
    quantity = Quantity(Scaling(np.array([300.0]), np.array([10.0])), np.array([1.0, 2.0, 7.0]))
    return Model(network, of_numbers(("a", "b"), scaling), "c", (), quantity)


def test_a_predicted_number_worked_by_hand(path):
    path.write_bytes(model_bytes(regression_example()))
    model = load_model(path)
    assert model.task == "regression"
    assert model.predict({"b": [1.5], "a": [1.5]}).tolist() == [315.0]
    assert model.quantity is not None
    assert model.quantity.half_width(0.75) == 7.0
    with pytest.raises(InputError, match="it has no classes"):
        model.predict_proba([[1.5, 1.5]])
    with pytest.raises(InputError, match="predicts a class of 'label': use predict_proba"):
        example().predict([[1.5, 1.5]])


@pytest.mark.parametrize("name", ["target_center", "target_scale", "errors"])
def test_what_belongs_to_a_number_must_be_there(path, name):
    path.write_bytes(model_bytes(regression_example()))
    with np.load(path) as archive:
        members = {each: archive[each] for each in archive.files if each != name}
    path.write_bytes(npz_bytes(members))
    with pytest.raises(ModelFileError, match=f"{name} is missing"):
        load_model(path)
    path.write_bytes(npz_bytes(members | {name: np.array([0.25])}))
    with pytest.raises(ModelFileError, match="its digest is another"):
        load_model(path)


def test_the_bytes_are_the_same_everywhere():
    # If this changes, every model file does, and VERSION must: what reads them is the constant.
    digest = hashlib.sha256(model_bytes(example())).hexdigest()
    assert digest == "489eca42c984ee9a9b17d1f0bb61bffc76ad8e2cbcb928362b94d328813e2484"


def test_the_file_is_a_zip_of_npy_files_for_numpy_and_zipfile(path):
    path.write_bytes(model_bytes(example()))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
    assert {info.filename for info in infos} == {
        "description.npy", "parameters.npy", "center.npy", "scale.npy"
    }  # fmt: skip
    for info in infos:
        assert info.compress_type == zipfile.ZIP_STORED
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
        assert (info.create_system, info.create_version, info.extract_version) == (3, 20, 20)
    with np.load(path) as archive:
        assert archive["parameters"].tolist() == [n / 4 for n in range(-8, 9)]
        assert archive["center"].tolist() == [1.0, -2.5]
        assert archive["scale"].tolist() == [0.5, 4.0]
        description = json.loads(bytes(archive["description"]))
    digest = description.pop("digest")
    text = json.dumps(description, sort_keys=True, ensure_ascii=False).encode()
    values = [n / 4 for n in range(-8, 9)] + [1.0, -2.5] + [0.5, 4.0]
    assert digest == hashlib.sha256(text + struct.pack("<21d", *values)).hexdigest()
    assert description == {
        "format": "reproducible-nn model",
        "version": 2,
        "sizes": [2, 3, 2],
        "activations": ["leaky_relu"],
        "negative_slope": 0.125,
        "output": "softmax",
        "columns": [
            {"name": "height", "fill": None, "indicator": False},
            {"name": "größe", "fill": None, "indicator": False},
        ],
        "target": "label",
        "classes": ["no", "yes"],
    }


def test_arrays_of_any_layout_and_byte_order_give_the_same_bytes():
    array = np.arange(6.0).reshape(2, 3)
    expected = npz_bytes({"a": array})
    for same in (
        np.asfortranarray(array),
        array.astype(">f8"),
        np.repeat(array, 2, axis=1)[:, ::2],
    ):
        assert npz_bytes({"a": same}) == expected
    with np.load(io.BytesIO(expected)) as archive:
        np.testing.assert_array_equal(archive["a"], array)
        assert archive["a"].dtype == np.dtype("<f8")


# Refusals

NUMBER = {"name": "größe", "fill": None, "indicator": False}


def refusal(path, data, match="model"):
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match=match) as caught:
        load_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    "data", [b"", b"x", b"PK", b"height,label\n1,2\n", bytes(1000), pickle.dumps({"a": 1})]
)
def test_what_is_no_model_file(path, data):
    refusal(path, data, "not a model file")


def test_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path / "missing.npz", tmp_path):
        with pytest.raises(InputError, match=str(path)):
            load_model(path)


def test_a_file_cut_off_anywhere(path):
    whole = model_bytes(example())
    for length in [*range(0, len(whole), 37), *range(len(whole) - 40, len(whole))]:
        refusal(path, whole[:length])


def test_a_flipped_bit_is_found_or_harmless(path):
    """Harmless is what the archive says of itself: a date, a permission. A number never is."""
    whole = model_bytes(example())
    harmless = 0
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged)
        try:
            model = load_model(path)
        except ModelFileError:
            continue
        assert content(model) == content(example()), place
        harmless += 1
    assert harmless < len(whole) / 5


@pytest.mark.parametrize("field", ["description", "parameters", "center", "scale"])
def test_a_flipped_bit_in_the_content_is_found(path, field):
    whole = model_bytes(example())
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        data = archive.read(f"{field}.npy")
    start = whole.index(data)
    for place in range(start, start + len(data)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        refusal(path, damaged, "damaged|not a model file")


def changed(description=None, **members):
    """The example's bytes with some things in it changed; None leaves a thing out."""
    with np.load(io.BytesIO(model_bytes(example()))) as archive:
        arrays = {name: archive[name] for name in archive.files}
    text = json.loads(bytes(arrays["description"]))
    for key, value in (description or {}).items():
        if value is None:
            del text[key]
        else:
            text[key] = value
    arrays["description"] = np.frombuffer(json.dumps(text).encode(), dtype=np.uint8)
    arrays |= members
    return npz_bytes({name: array for name, array in arrays.items() if array is not None})


def test_changing_nothing_is_accepted(path):
    path.write_bytes(changed())
    assert content(load_model(path)) == content(example())


@pytest.mark.parametrize(
    ("description", "match"),
    [
        ({"format": "another"}, "reproducible-nn model"),
        ({"format": None}, "reproducible-nn model"),
        ({"version": 1}, "version 1, but only 2"),
        ({"version": 3}, "version 3, but only 2"),
        ({"version": "2"}, "version '2'"),
        ({"version": None}, "version None"),
        ({"sizes": [2]}, "sizes is"),
        ({"sizes": [2, 0, 2]}, "sizes is"),
        ({"sizes": [2, 3.0, 2]}, "sizes is"),
        ({"sizes": [2, True, 2]}, "sizes is"),
        ({"sizes": [2, -3, 2]}, "sizes is"),
        ({"sizes": [2, "3", 2]}, "sizes is"),
        ({"sizes": "2-3-2"}, "sizes is '2-3-2', not a list"),
        ({"sizes": None}, "sizes is None"),
        ({"sizes": [2, 4, 2]}, r"parameters .* shape \(17,\), not float64 of shape \(22,\)"),
        ({"sizes": [2, 3, 10**30]}, "outputs"),
        ({"sizes": [2, 10**30, 2]}, "parameters"),
        ({"sizes": [3, 3, 2]}, "features"),
        ({"activations": ["swish"]}, "unknown activation: 'swish'"),
        ({"activations": []}, "0 activations where its sizes ask for 1"),
        ({"activations": ["relu", "relu"]}, "2 activations"),
        ({"activations": [["relu"]]}, "activation"),
        ({"activations": [1]}, "activation"),
        ({"activations": "relu"}, "activations is 'relu', not a list"),
        ({"negative_slope": "0.1"}, "negative_slope"),
        ({"negative_slope": float("nan")}, "negative_slope"),
        ({"negative_slope": float("inf")}, "negative_slope"),
        ({"negative_slope": 1.5}, "negative_slope"),
        ({"output": "lineal"}, "unknown output: 'lineal'"),
        ({"output": 3}, "output is 3"),
        ({"output": "sigmoid"}, "outputs"),
        ({"columns": [NUMBER]}, "1 features where its sizes ask for 2"),
        ({"columns": [NUMBER, 2]}, r"columns\[1\] is 2"),
        ({"columns": None}, "columns is None"),
        ({"columns": {}}, r"columns is {}"),
        ({"columns": [NUMBER, {"name": "b"}]}, r"columns\[1\] is {'name': 'b'}, no column's"),
        ({"columns": [NUMBER, NUMBER | {"more": 1}]}, r"columns\[1\]"),
        ({"columns": [NUMBER, NUMBER | {"name": 3}]}, r"columns\[1\]"),
        ({"columns": [NUMBER, NUMBER | {"fill": "3"}]}, r"columns\[1\]"),
        ({"columns": [NUMBER, NUMBER | {"fill": True}]}, r"columns\[1\]"),
        ({"columns": [NUMBER, NUMBER | {"fill": float("nan")}]}, r"columns\[1\]"),
        ({"columns": [NUMBER, NUMBER | {"fill": 1e300}]}, r"columns\[1\]"),
        ({"columns": [NUMBER, NUMBER | {"indicator": 1}]}, r"columns\[1\]"),
        ({"columns": [NUMBER | {"indicator": True}]}, r"columns\[0\]"),
        ({"columns": [NUMBER | {"categories": []}]}, r"columns\[0\]"),
        ({"columns": [NUMBER | {"categories": 7}]}, r"columns\[0\]"),
        ({"columns": [NUMBER | {"categories": ["x", "x"]}]}, r"columns\[0\]"),
        ({"columns": [NUMBER | {"categories": ["x", 1]}]}, r"columns\[0\]"),
        ({"columns": [NUMBER | {"categories": ["x", "y"], "fill": "z"}]}, r"columns\[0\]"),
        ({"columns": [NUMBER | {"categories": ["x", "y", "z"]}]}, "3 features where its sizes"),
        ({"columns": [NUMBER | {"categories": ["x", "y"]}]}, "its digest is another"),
        ({"columns": [NUMBER | {"name": "weight"}, NUMBER]}, "its digest is another"),
        ({"digest": None}, "its digest is another"),
        ({"digest": "0" * 64}, "its digest is another"),
        ({"classes": ["yes", "no"]}, "changed since it was written"),
        ({"negative_slope": 0.25}, "changed since it was written"),
        ({"comment": "more than there was"}, "changed since it was written"),
        ({"target": 7}, "target is 7"),
        ({"classes": ["a", "b", "c"]}, "outputs"),
        ({"classes": ["a", 1]}, "classes"),
        ({"output": "sigmoid", "sizes": [2, 3, 1], "classes": ["a", "b", "c"]}, "class"),
    ],
    ids=str,
)
def test_a_description_that_is_wrong(path, description, match):
    members = {}
    if description.get("sizes") == [2, 3, 1]:
        members["parameters"] = np.ones(13)
    refusal(path, changed(description, **members), match)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"text"', "{}", "\xff", "null"])
def test_a_description_that_is_none(path, text):
    data = np.frombuffer(text.encode("latin-1"), dtype=np.uint8)
    refusal(path, npz_bytes({"description": data, "parameters": np.ones(17)}))


@pytest.mark.parametrize("name", ["parameters", "center", "scale"])
@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda a: None, "missing"),
        (lambda a: a[:-1], "not float64 of shape"),
        (lambda a: a[None], "not float64 of shape"),
        (lambda a: a.astype(np.float32), "float32"),
        (lambda a: a.astype(np.int64), "int64"),
        (lambda a: np.where(a == a[-1], np.nan, a), "cannot be computed with"),
        (lambda a: np.where(a == a[-1], np.inf, a), "cannot be computed with"),
        (lambda a: np.where(a == a[-1], -np.inf, a), "cannot be computed with"),
        (lambda a: a.astype("S8"), "S8"),
    ],
)
def test_arrays_that_are_wrong(path, name, change, match):
    with np.load(io.BytesIO(model_bytes(example()))) as archive:
        array = archive[name]
    assert name in refusal(path, changed(**{name: change(array)}), match)


@pytest.mark.parametrize("name", ["parameters", "center", "scale"])
def test_another_number_in_an_array_is_found(path, name):
    with np.load(io.BytesIO(model_bytes(example()))) as archive:
        array = archive[name].copy()
    array[-1] = np.nextafter(array[-1], np.inf)
    refusal(path, changed(**{name: array}), "changed since it was written")


def test_a_scale_of_zero(path):
    refusal(path, changed(scale=np.array([1.0, 0.0])), "scale holds")


def test_pickles_are_not_run(path):
    class Trap:
        def __reduce__(self):
            return (print, ("a model file ran code",))

    for name in ("description", "parameters"):
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(model_bytes(example()))) as whole:
            members = {info: whole.read(info) for info in whole.namelist()}
        trap = io.BytesIO()
        np.lib.format.write_array(trap, np.array([Trap()], dtype=object), allow_pickle=True)
        members[f"{name}.npy"] = trap.getvalue()
        with zipfile.ZipFile(packed, "w") as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        refusal(path, packed.getvalue(), "not a model file, or a damaged one")


def test_a_zip_of_something_else(path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("description.npy", b"no array")
        archive.writestr("readme.txt", b"hello")
    refusal(path, packed.getvalue())
    refusal(path, npz_bytes({"weights": np.ones(3)}))
    packed = io.BytesIO(changed(center=None))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("center.npy", b"no array")
    refusal(path, packed.getvalue(), "center is missing")


def test_big_endian_arrays_are_refused(path):
    with zipfile.ZipFile(io.BytesIO(model_bytes(example()))) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    members["scale.npy"] = members["scale.npy"].replace(b"<f8", b">f8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    refusal(path, packed.getvalue(), ">f8")


def test_a_slope_that_is_a_whole_number_can_be_read_again(path):
    model = example()
    model.network.negative_slope = 0
    path.write_bytes(model_bytes(model))
    assert load_model(path).network.negative_slope == 0.0


def test_an_archive_that_is_compressed_is_read_too(path):
    packed = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(model_bytes(example())))
    with whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name))
    path.write_bytes(packed.getvalue())
    assert content(load_model(path)) == content(example())


# By somebody who knows the format: the digest is right


def with_digest(description=None, **members):
    """The example's bytes with some things in it changed, and summed up anew."""
    with np.load(io.BytesIO(changed(description, **members))) as archive:
        arrays = {name: archive[name] for name in archive.files}
    text = json.loads(bytes(arrays.pop("description")))
    del text["digest"]
    summed = json.dumps(text, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    for name in ("parameters", "center", "scale"):
        summed += arrays[name].astype("<f8").tobytes()
    text["digest"] = hashlib.sha256(summed).hexdigest()
    arrays["description"] = np.frombuffer(json.dumps(text).encode(), dtype=np.uint8)
    return npz_bytes(arrays)


def test_summed_up_anew_the_example_is_accepted(path):
    path.write_bytes(with_digest({"target": "another"}))
    assert load_model(path).target == "another"


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"description": {"classes": ["0", "0"]}}, r"\['0', '0'\], of which some are the same"),
        ({"description": {"target": "\ud800"}}, "half a character"),
        ({"description": {"classes": ["a", "\udfff"]}}, "half a character"),
        ({"description": {"sizes": [2, 10**4000, 2]}}, "parameters is float64 of shape"),
        ({"description": {"version": 3}}, "format version 3"),
        ({"description": {"threshold": 1.0}}, "threshold is 1.0, not a number between 0 and 1"),
        ({"description": {"threshold": "0.5"}}, "threshold is '0.5', not a number"),
        ({"description": {"threshold": float("nan")}}, "threshold is nan"),
        ({"scale": np.array([1.0, -1.0])}, "scale holds"),
        ({"scale": np.array([1.0, 5e-324])}, "scale holds"),
        ({"scale": np.array([1.0, 1e-310])}, "scale holds"),
        ({"scale": np.array([1.0, np.nan])}, "scale holds"),
    ],
    ids=str,
)
def test_a_wrong_thing_is_refused_whatever_the_digest(path, change, match):
    refusal(path, with_digest(**change), match)


def test_complex_numbers_are_refused(path):
    refusal(path, changed(scale=np.array([1.0 + 1.0j, 1.0])), "scale is complex128")
    refusal(path, npz_bytes({"description": np.ones(3, complex)}), "not a model file")


def test_a_message_is_short_however_long_a_name_is(path):
    message = refusal(path, changed({"output": "x" * 100_000}), "unknown output: 'xxx")
    assert len(message) < 1000
    assert message.endswith("'; make it anew with dvc repro")


def test_what_unpacks_to_far_more_than_there_is_of_it_is_not_unpacked(path):
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("parameters.npy", "w") as member,
    ):
        for _ in range(64):
            member.write(bytes(1 << 20))
    path.write_bytes(packed.getvalue())
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match="would unpack to 67108864 bytes"):
            load_model(path)
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
