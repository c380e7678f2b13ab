"""The papers' networks: `from helpers.networks import lenet_tanh`."""

from helpers.networks.autoencoder import autoencoder
from helpers.networks.densenet import densenet
from helpers.networks.fcnn import fcnn
from helpers.networks.lenet5 import lenet5
from helpers.networks.lenet_tanh import lenet_tanh
from helpers.networks.mlp import mlp
from helpers.networks.nin import nin
from helpers.networks.split import Split
from helpers.networks.unet import unet
from helpers.networks.vgg_two_stage import vgg_two_stage

__all__ = ["Split", "autoencoder", "densenet", "fcnn", "lenet5", "lenet_tanh", "mlp", "nin", "unet", "vgg_two_stage"]
