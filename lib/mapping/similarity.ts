/** How alike two names of fields are. Pure. */
import { compareTwoStrings } from 'string-similarity';

/** `Client_Status__c` -> `client status`; `jobTitle` -> `job title`. */
export function plainName(name: string): string {
	const words = name
		.replace(/__c$/, '')
		.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
		.normalize('NFKD')
		.toLowerCase()
		.match(/[a-z0-9]+/g);
	return (words ?? []).join(' ');
}

/** 0 to 1, by shared pairs of letters (Dice). */
export function similarity(a: string, b: string): number {
	const [left, right] = [plainName(a), plainName(b)];
	if (left === '' || right === '') return 0;
	return left === right ? 1 : compareTwoStrings(left, right);
}
