"""The demo's instructions: steps an operator or a client can follow, in English and Russian."""

from helpdesk.demo.instructions.access import ACCESS
from helpdesk.demo.instructions.daily import DAILY
from helpdesk.demo.instructions.shape import Instruction
from helpdesk.demo.instructions.systems import SYSTEMS

INSTRUCTIONS: tuple[Instruction, ...] = (*ACCESS, *DAILY, *SYSTEMS)
