"""Expected seconds come from the committed records."""

from types import SimpleNamespace

from helpers.runner.estimates import UNKNOWN, expected, recorded
from helpers.units.unit import Unit


def unit(label="", data="mnist", network="lenet_tanh"):
    def train(settings, inputs, context):
        """Stands for the training unit."""

    train.unit_name = "helpers.units.train.train"
    return Unit(train, SimpleNamespace(data=data, network=network), {}, label)


def test_a_recorded_unit_takes_what_it_took_and_others_what_their_kind_takes():
    by_label, by_kind = recorded()
    label, seconds = next(iter(by_label.items()))
    assert expected(unit(label)) == seconds
    kind = by_kind["helpers.units.train.train", "lenet_tanh"]
    assert expected(unit("another")) == kind and expected(unit("another", "embedded_mnist")) == kind / 15
    assert expected(unit("another", network="no such network")) == UNKNOWN
