/** Seeds that broke a law once, and what they showed. What they do changes with the list of actions. */
export const SHOWN: Record<number, string> = {
	2: 'a replayed stream told the first sight of a record once more, and it was taken in again',
	11: 'a client was made twice: its first event was not merged yet, and only the second one was asked who it is',
	52: 'an edit told after two writes of ours removed what the first of them had added',
	227: 'an edit that was lost with the stream, and its record after it',
	368: 'an echo was compared with a write that came after it',
};
