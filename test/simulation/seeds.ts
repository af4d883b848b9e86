/**
 * Seeds that broke a law once, and what they showed. What they do changes with the list of actions. Of
 * contacts:
 */
export const SHOWN: Record<number, string> = {
	2: 'a replayed stream told the first sight of a record once more, and it was taken in again',
	11: 'a client was made twice: its first event was not merged yet, and only the second one was asked who it is',
	52: 'an edit told after two writes of ours removed what the first of them had added',
	227: 'an edit that was lost with the stream, and its record after it',
	80: 'a record that was put away and taken out again was thought to be known',
	564: 'a person made a field what it had been, and our write followed',
	368: 'an echo was compared with a write that came after it',
	1726: 'a reconcile read the record of a stream before the stream had told its edits',
	5185: 'an event on the canvas overtook one that the answer to a review had set free',
	1748: 'an edit that a poll saw was put aside for a later read of the record, and not taken in when it was told again',
	2992: 'the same; and the next poll did not ask for what was edited while a long one was under way',
	8636: 'the news that a record was merged away overtook an event that an answer had set free',
	9840: 'an edit that a long poll saw, made after a write of ours, was not read again by the next one',
};

/** Of the profile `objects`. */
export const SHOWN_OBJECTS: Record<number, string> = {
	1: 'a note that had waited for its client, and came due by itself, was set free once more after its merge',
	310: 'a stream told an older read again, and a household that was not known yet was waited for no longer',
	985: 'the same, after a reconcile had read the record before the stream told its edits',
	6287: 'an undo met a list entry whose write had lost its answer, and the next try left it standing',
	2093: 'who joined a household that was not known yet was dated anew when the record was read again',
};
