/** A law that was broken: which one (design.md, section 4) and how it shows. */
export class Violation extends Error {
	override readonly name = 'Violation';

	constructor(
		/** 1 to 12; 0: the engine failed with an error of its own. */
		readonly law: number,
		message: string,
	) {
		super(message);
	}
}
