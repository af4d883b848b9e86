/** A question that cannot be answered as asked; the message says what to do. */
export class DeskError extends Error {
	override readonly name = 'DeskError';
}
