/**
 * A seed that breaks a law without the defence, so that the test need not search. It goes stale when the
 * list of actions changes; then the test searches on from there, and `npm run sim -- --defences` tells anew.
 */
export const CAUGHT: Record<string, number> = {
	clamp: 22,
	inFlight: 33,
	removedEntries: 2,
	staleRead: 7,
	cursorTogether: 11,
	deadLetters: 8,
	mergedBefore: 6,
	orderPerRecord: 25,
	awaitReview: 8,
	claimLock: 8,
	claimToken: 302,
	firstRead: 12,
	idempotentCreate: 51,
	verifyBeforeWrite: 13,
	breaker: 44,
	budget: 2,
	completeListing: 24,
	lookAgain: 634,
	waitsForNamed: 1,
	freedOnce: 1,
	keptReferences: 5,
	referrers: 1,
	sameContent: 1,
	ownCreates: 73,
	foundAgain: 94,
};
