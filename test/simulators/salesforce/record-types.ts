/** The org's record types, as setup has made them. */
import type { ObjectDef } from './schema';
import type { Row, Store } from './store';
import type { Switches } from './switches';

interface RecordTypeDef {
	developerName: string;
	isPerson?: boolean;
}

function wanted({ personAccounts, financialServices }: Switches): RecordTypeDef[] {
	const household =
		financialServices === 'package' ? [{ developerName: 'IndustriesHousehold' }] : [];
	if (!personAccounts) return household;
	return [
		{ developerName: 'Business_Account' },
		{ developerName: 'PersonAccount', isPerson: true },
		{ developerName: 'Private_Client', isPerson: true },
		...household,
	];
}

/** Adds those that the switches ask for and that are not there yet. */
export function ensureRecordTypes(store: Store, switches: Switches): void {
	const object = store.schema.known('RecordType');
	const there = store.all(object).map(({ values }) => values['DeveloperName']);
	store.transact({ userId: '', origin: '' }, () => {
		for (const { developerName, isPerson = false } of wanted(switches)) {
			if (there.includes(developerName)) continue;
			const own = { Name: developerName.replaceAll('_', ' '), DeveloperName: developerName };
			const more = { SobjectType: 'Account', IsActive: true, IsPersonType: isPerson };
			store.insert(object, { ...own, ...more });
		}
	});
}

export function recordTypesOf(store: Store, object: ObjectDef): Row[] {
	const types = store.all(store.schema.known('RecordType'));
	return types.filter(({ values }) => values['SobjectType'] === object.name);
}

/** As a describe shows them. The first one is the user's default, as it is for most profiles. */
export function recordTypeInfos(store: Store, object: ObjectDef): unknown[] {
	return recordTypesOf(store, object).map(({ id, values }, place) => ({
		active: values['IsActive'],
		available: true,
		defaultRecordTypeMapping: place === 0,
		developerName: values['DeveloperName'],
		master: false,
		name: values['Name'],
		recordTypeId: id,
	}));
}

export function isPersonType(store: Store, id: unknown): boolean {
	const type =
		typeof id === 'string' ? store.find(store.schema.known('RecordType'), id) : undefined;
	return type?.values['IsPersonType'] === true;
}
