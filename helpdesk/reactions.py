"""What follows from each event, in order: the one table to read."""

from collections.abc import Mapping

from helpdesk.accounts.events import (
    AccountDisabled,
    AccountInvited,
    AccountReopened,
    AddressChangeAsked,
    AddressChanged,
    InvitationAccepted,
    InvitationWithdrawn,
    OtherSessionsEnded,
    PasswordChanged,
    PasswordReset,
    PasswordResetAsked,
    SessionEnded,
    SignedIn,
    SignedOut,
    SignInFailed,
)
from helpdesk.events import Event, Reaction, Together
from helpdesk.history import SettingsChanged
from helpdesk.notifications import (
    account_letters,
    breaches,
    client_words,
    naming,
    recomputes,
    retractions,
    third_parties,
    thresholds,
    verifications,
    waking,
)
from helpdesk.notifications import reactions as notifications
from helpdesk.sla import reactions as sla
from helpdesk.sla.events import (
    BreachExplained,
    CalendarChanged,
    ClocksVerified,
    PolicyChanged,
    RecomputeFinished,
    StepRefused,
    ThresholdCrossed,
)
from helpdesk.sla.what_if import reopening
from helpdesk.standstill import DeskMoved, DeskRestored, MailStarted
from helpdesk.tickets import events as tickets
from helpdesk.tickets.link_events import DoubleAbsorbed, TicketLinked, TicketMerged, TicketUnlinked
from helpdesk.tickets.mail_events import MailGivenUp
from helpdesk.tickets.stray_events import SplitUndone, StrayAccepted, StraySplit
from helpdesk.tickets.watch_events import WatcherChanged, WatchersNamed

# The event itself is written down before any of these run; nothing here leaves the building, all write rows.
REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    tickets.TicketOpened: (
        sla.choose_policy,
        sla.move_clocks,
        notifications.queue_acknowledgement,
        notifications.tell_team,
        notifications.announce,
    ),
    tickets.ClientWrote: (sla.move_clocks, client_words.tell_of_words, notifications.announce),
    tickets.AgentReplied: (
        sla.move_clocks,
        retractions.tell_withdrawn,
        notifications.queue_reply,
        notifications.announce,
    ),
    tickets.ReplyWithdrawn: (sla.move_clocks, notifications.take_back, notifications.announce),
    tickets.TicketForwarded: (third_parties.queue_forward, notifications.announce),
    tickets.ThirdPartyWrote: (client_words.tell_of_words, notifications.announce),
    tickets.MailSentAgain: (notifications.announce,),
    MailGivenUp: (notifications.announce,),
    tickets.NoteAdded: (notifications.tell_holders, notifications.announce),
    tickets.TicketTaken: (notifications.announce,),
    tickets.TicketAssigned: (notifications.tell_assignee, notifications.announce),
    tickets.OwnerChanged: (notifications.tell_owner, notifications.announce),
    tickets.TicketEscalated: (sla.move_clocks, notifications.tell_team, notifications.announce),
    tickets.TicketReturned: (
        sla.move_clocks,
        notifications.tell_team,
        notifications.tell_owner,
        notifications.announce,
    ),
    tickets.TicketMoved: (sla.move_clocks, notifications.tell_team, notifications.announce),
    tickets.PriorityChanged: (sla.move_clocks, notifications.announce),
    tickets.TypeChanged: (sla.move_clocks, notifications.announce),
    tickets.PropertiesChanged: (notifications.announce,),
    tickets.StateChanged: (sla.move_clocks, waking.tell_woken, notifications.announce),
    tickets.TicketResolved: (
        sla.move_clocks,
        retractions.tell_withdrawn,
        notifications.queue_resolved,
        notifications.tell_owner,
        notifications.announce,
    ),
    tickets.TicketReopened: (
        sla.move_clocks,
        reopening.follow_meanwhile,
        notifications.queue_reopened,
        notifications.tell_holders,
        notifications.announce,
    ),
    tickets.TicketClosed: (sla.move_clocks, notifications.announce),
    tickets.TicketDiscarded: (sla.move_clocks, notifications.announce),
    tickets.TicketRestored: (sla.move_clocks, notifications.announce),
    tickets.ClientIdentified: (sla.reconsider_policy, sla.move_clocks, notifications.announce),
    tickets.CallJoined: (
        sla.move_clocks,
        retractions.tell_withdrawn,
        notifications.tell_holders,
        notifications.announce,
    ),
    tickets.ArticleLinked: (),
    tickets.ArticleSolved: (),
    TicketLinked: (notifications.announce,),
    TicketUnlinked: (notifications.announce,),
    StrayAccepted: (notifications.announce,),
    StraySplit: (notifications.announce,),
    SplitUndone: (notifications.drop_receipt_of_split, notifications.announce),
    TicketMerged: (sla.move_clocks, notifications.tell_holders, notifications.announce),
    DoubleAbsorbed: (sla.move_clocks, notifications.tell_holders, notifications.announce),
    tickets.PersonMentioned: (
        naming.tell_mentioned,
        naming.tell_leads_of_access,
        notifications.announce,
    ),
    WatchersNamed: (notifications.announce,),
    WatcherChanged: (notifications.announce,),
    ThresholdCrossed: (Together(thresholds.tell_thresholds), Together(notifications.announce_all)),
    StepRefused: (breaches.tell_refused, notifications.announce),
    BreachExplained: (notifications.announce,),
    CalendarChanged: (Together(notifications.announce_all),),
    PolicyChanged: (Together(notifications.announce_all),),
    RecomputeFinished: (recomputes.tell_leads,),
    ClocksVerified: (verifications.tell_administrators,),
    SignedIn: (),
    SignedOut: (),
    SignInFailed: (),
    SessionEnded: (),
    OtherSessionsEnded: (),
    PasswordChanged: (),
    PasswordResetAsked: (account_letters.queue_password_link,),
    PasswordReset: (account_letters.queue_password_set,),
    AccountInvited: (account_letters.queue_invitation,),
    InvitationAccepted: (),
    InvitationWithdrawn: (),
    AddressChangeAsked: (account_letters.queue_address_link,),
    AddressChanged: (account_letters.queue_address_changed,),
    AccountDisabled: (),
    AccountReopened: (),
    SettingsChanged: (),
    DeskRestored: (),
    DeskMoved: (),
    MailStarted: (),
}
