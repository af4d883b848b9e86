/** Enhanced notes (switch `enhancedNotes`): their text is a file, and links say whom they are about. */
import type { OrgSetup } from './org-setup';
import { field, systemFields, text, type ObjectDef } from './types';

export function contentNote({ enhancedNotes }: OrgSetup): ObjectDef {
	const { first, last } = systemFields();
	return {
		name: 'ContentNote',
		label: 'Note',
		labelPlural: 'Notes',
		keyPrefix: '069',
		writable: true,
		changeEvents: false,
		hidden: !enhancedNotes,
		fields: [
			...first,
			text('Title', 'Title', 255, { required: true }),
			field('Content', 'Content', 'base64'),
			text('FileType', 'File Type', 20, { writable: false }),
			...last.filter(({ name }) => name !== 'SystemModstamp'),
		],
	};
}

export function contentDocumentLink({ enhancedNotes }: OrgSetup): ObjectDef {
	const { first, last } = systemFields();
	const fixed = { required: true, createOnly: true, length: 18 };
	return {
		name: 'ContentDocumentLink',
		label: 'Content Document Link',
		labelPlural: 'Content Document Links',
		keyPrefix: '06A',
		writable: true,
		changeEvents: false,
		hidden: !enhancedNotes,
		fields: [
			...first,
			field('ContentDocumentId', 'ContentDocument ID', 'reference', {
				...{ ...fixed, referenceTo: 'ContentNote', relationshipName: 'ContentDocument' },
			}),
			field('LinkedEntityId', 'Linked Entity ID', 'reference', {
				...{ ...fixed, referenceTo: 'Contact', alsoTo: ['Account', 'Opportunity'] },
			}),
			field('ShareType', 'Share Type', 'picklist', {
				...{ length: 40, required: true, restricted: true, values: ['V', 'C', 'I'] },
			}),
			field('Visibility', 'Visibility', 'picklist', {
				...{ length: 40, byDefault: 'AllUsers', restricted: true },
				values: ['AllUsers', 'InternalUsers', 'SharedUsers'],
			}),
			...last.filter(({ name }) => name === 'SystemModstamp'),
		],
	};
}
