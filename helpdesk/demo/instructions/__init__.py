"""The demo's instructions: steps an operator or a client can follow, in English and Russian."""

from helpdesk.demo.instructions.shape import Instruction

INSTRUCTIONS: tuple[Instruction, ...] = ()
