"""The problems that clients of the demo have, and how they end."""

from helpdesk.demo.stories.access import ACCESS
from helpdesk.demo.stories.corners import CORNERS
from helpdesk.demo.stories.devices import DEVICES
from helpdesk.demo.stories.figures import FIGURES
from helpdesk.demo.stories.interfaces import INTERFACES
from helpdesk.demo.stories.mail import MAIL
from helpdesk.demo.stories.money import MONEY
from helpdesk.demo.stories.records import RECORDS
from helpdesk.demo.stories.shape import Story

STORIES: tuple[Story, ...] = (
    *ACCESS,
    *MAIL,
    *DEVICES,
    *RECORDS,
    *MONEY,
    *FIGURES,
    *INTERFACES,
    *CORNERS,
)
