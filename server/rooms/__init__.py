"""PURE: who is where and what goes to whom. No clock, no IO, no logging; time is an argument.

The whole machine is `server.rooms.machine.step(room, event, now) -> (room, commands)`. Theory of operation:

1. A room is one reservation's; its members are participants, known by ids that the server issued. A socket is only
   where a member can be reached now: it changes at every reconnection and is nobody's identity.
2. A member whose socket is gone stays in the room for the grace time, shown as not connected. Then it has left.
3. What an event says is applied first; what follows from the state and the time (`server.rooms.rules`) is worked out
   before and after it in the same way for every event, so a late tick changes no outcome.
4. Commands are data. Those that go to the database are carried out, in one transaction, before any message leaves and
   before the sender's acknowledgement; where that fails, the room stays as it was.
5. Who waits to be let in (`server.rooms.waiting`) is kept apart from the members, so that nothing of the room reaches
   him and no rule counts him.
6. What the machine cannot see: whether a guest's link is valid, and a robot's socket in another reservation's room.
   `server.signaling` asks the bookings for the first and `server.attendance` answers for the second.
"""
