/** Invented clients and their slips, from a seed: no person, living or dead. */
import type { ChangeEventInput } from '../lib/model/event';
import type { CanonicalFields } from '../lib/model/fields';
import { eventOf, type KnownRecord } from './identity-files';

const DUPLICATES_IN = 10;
const SYLLABLES =
	'ka lo mi ren tas vo bel dra fin gor hul jas kel mor nin pra qui ros sul tav'.split(' ');
const FIRST_NAMES = (
	'James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph ' +
	'Jessica Thomas Karen Christopher Sarah Charles Lisa Daniel Nancy Matthew Sandra Anthony Betty Mark Ashley'
).split(' ');
const STREETS =
	'Oak Elm Maple Cedar Pine Lake Hill Park River Spring Mill Church Union Bridge'.split(' ');
const HOSTS = ['gmail.com', 'yahoo.com', 'outlook.com', 'icloud.com', 'aol.com'];

/** Everything about person number n follows from n and the seed: nothing is kept. */
export class People {
	private strangers = 0;

	constructor(private readonly seed: number) {}

	/** One in ten is a duplicate, with slips, in another system than the person's first record. */
	record(place: number, systems: readonly string[]): KnownRecord {
		const isAgain = place % DUPLICATES_IN === DUPLICATES_IN - 1;
		const person = isAgain ? this.number(place, 'whose', place - (place % DUPLICATES_IN)) : place;
		const first = person % DUPLICATES_IN === DUPLICATES_IN - 1 ? person - 1 : person;
		const system = systems[(first + (isAgain ? 1 + (place % 3) : 0)) % systems.length] ?? 'north';
		const fields = isAgain ? this.slipped(first, place) : this.fields(first);
		return { person: String(first), event: eventOf(fields, system) };
	}

	/** Nobody that is known. */
	stranger(system: string): ChangeEventInput {
		this.strangers += 1;
		return eventOf(this.fields(1e9 + this.strangers), system);
	}

	/** One of the first `known` persons, with slips. */
	again(system: string, known: number): ChangeEventInput {
		this.strangers += 1;
		const person = this.number(this.strangers, 'again', known);
		return eventOf(this.slipped(person, this.strangers), system);
	}

	fields(person: number): CanonicalFields {
		const lastName = this.word(person, 'last');
		const common = FIRST_NAMES[this.number(person, 'first', FIRST_NAMES.length)] ?? 'James';
		const firstName = this.number(person, 'kind', 4) === 0 ? this.word(person, 'rare') : common;
		const host = HOSTS[this.number(person, 'host', HOSTS.length)] ?? 'gmail.com';
		const local = `${firstName}.${lastName}.${person.toString(36)}`;
		const fields: CanonicalFields = {
			type: 'person',
			firstName,
			lastName,
			birthDate: this.date(person),
			emails: [{ address: `${local}@${host}`.toLowerCase() }],
			phones: [
				{
					number: `${this.number(person, 'area', 700) + 201}-${this.digits(person, 'exchange', 3)}-${this.digits(person, 'line', 4)}`,
				},
			],
			addresses: [this.address(person)],
		};
		for (const field of ['birthDate', 'emails', 'phones', 'addresses'])
			if (this.number(person, `has ${field}`, 5) === 0) delete fields[field];
		return fields;
	}

	/** As another system holds it: a field missing, a name mistyped or short, an old address. */
	private slipped(person: number, salt: number): CanonicalFields {
		const fields = this.fields(person);
		const slip = this.number(salt, 'slip', 6);
		const other = 2e9 + salt;
		if (slip === 0) delete fields['birthDate'];
		else if (slip === 1) fields['lastName'] = mistyped(String(fields['lastName']));
		else if (slip === 2) fields['addresses'] = [this.address(other)];
		else if (slip === 3) delete fields['phones'];
		else if (slip === 4) delete fields['emails'];
		return fields;
	}

	private address(person: number) {
		const street = STREETS[this.number(person, 'street', STREETS.length)] ?? 'Oak';
		return {
			street: `${this.number(person, 'house', 9_000) + 1} ${street} Street`,
			city: this.word(person - (person % 97), 'city'),
			state: 'ME',
			postalCode: String(10_000 + this.number(person - (person % 97), 'zip', 80_000)),
		};
	}

	private date(person: number): string {
		const year = 1930 + this.number(person, 'year', 75);
		const month = 1 + this.number(person, 'month', 12);
		const day = 1 + this.number(person, 'day', 28);
		return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
	}

	/** Some ten thousand words, some far commoner than others. */
	private word(person: number, what: string): string {
		const rank = Math.floor(10_000 ** (this.number(person, what, 1_000_000) / 1_000_000));
		const mixed = Math.imul(rank + 1, 0x9e3779b1) >>> 0;
		const parts = [1, 20, 400, 8_000].map((step) => Math.floor(mixed / 97 / step) % 20);
		const word = parts.map((part) => SYLLABLES[part]).join('');
		return word.slice(0, 1).toUpperCase() + word.slice(1);
	}

	private digits(person: number, what: string, length: number): string {
		return String(this.number(person, what, 10 ** length)).padStart(length, '0');
	}

	/** 0 to `limit` - 1. */
	private number(person: number, what: string, limit: number): number {
		let state =
			this.seed ^
			Math.imul(person, 0x9e3779b1) ^
			Math.imul(Math.floor(person / 2 ** 16), 0x85ebca6b);
		for (let place = 0; place < what.length; place += 1)
			state = Math.imul(state ^ what.charCodeAt(place), 0x01000193);
		state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
		state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
		return ((state ^ (state >>> 15)) >>> 0) % limit;
	}
}

/** Two neighbours changed about. */
function mistyped(word: string): string {
	const at = Math.floor(word.length / 2);
	return word.slice(0, at - 1) + word.charAt(at) + word.charAt(at - 1) + word.slice(at + 1);
}
