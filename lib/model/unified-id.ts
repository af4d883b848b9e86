/** A client's id: the letter U and the entity's number, counted from 1001. Pure. */
const FIRST_NUMBER = 1000;

/** The first entity is U1001. */
export function unifiedIdOf(number: number): string {
	return `U${FIRST_NUMBER + number}`;
}

/** The number in a unified id. */
export function numberOf(unifiedId: string): number {
	return Number(unifiedId.slice(1)) - FIRST_NUMBER;
}
