"""The problems that clients of the demo have, and how they end."""

from helpdesk.demo.stories.access import ACCESS
from helpdesk.demo.stories.shape import Story

STORIES: tuple[Story, ...] = ACCESS
