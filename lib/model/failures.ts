/** Failures that a person has to end; their messages are for people's eyes. */

/** Fatal: repeating will not help before a person changes something. */
export class ConfigurationFailure extends Error {
	override readonly name = 'ConfigurationFailure';

	constructor(
		message: string,
		/** How to get unstuck. */
		readonly hint: string,
	) {
		super(message);
	}
}

/** A question that cannot be answered as asked; the message says what to do. */
export class DeskError extends Error {
	override readonly name = 'DeskError';
}
