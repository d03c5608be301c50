/** What the API description says of a route, beside its method and path. Whoever registers a route writes it. */

import type {JsonObject} from './json.js';

/** A query, path or header parameter; those of the path are described only where their names do not speak for themselves. */
export interface RouteParameter {
	readonly name: string;
	readonly in: 'query' | 'path' | 'header';
	/** What it is for, in a sentence. */
	readonly description: string;
	/** Absent: a string. */
	readonly schema?: JsonObject;
	readonly required?: boolean;
	/** What a page that tries the route out fills in. */
	readonly example?: string | number;
}

/** A body: what a route takes, or what it answers with. */
export interface RouteBody {
	/** Content type; absent: `application/json`. */
	readonly type?: string;
	/** JSON Schema 2020-12. `{$ref: '#/components/schemas/Model'}` is a model's name. */
	readonly schema?: JsonObject;
	/** Title → a whole body. Examples of model calls leave `model` out: a model that is served is filled in. */
	readonly examples?: Readonly<Record<string, unknown>>;
}

/** One answer of a route. */
export interface RouteAnswer extends RouteBody {
	readonly description: string;
	/** Events of the same answer as a stream, as they stand on the wire. */
	readonly events?: string;
}

/** Everything that is worth saying of a route. Texts are Markdown. */
export interface RouteDescription {
	/** The heading under which it is listed, such as `Health`. */
	readonly group?: string;
	/** What the summary does not say. */
	readonly details?: string;
	/** The maker's own reference of this API. */
	readonly reference?: string;
	readonly parameters?: readonly RouteParameter[];
	readonly request?: RouteBody;
	/** By status, without those of the gateway's own refusals. */
	readonly answers?: Readonly<Record<number, RouteAnswer>>;
}
