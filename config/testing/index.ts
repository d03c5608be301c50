/** `tapgate/testing`: what a plugin is tested with, from one hook to a whole gateway over real sockets. */

export {type ExchangeParts, fakeExchange, type TappedHooks, tapped} from './exchange.js';
export {basics, type StartedGateway, startGateway, type TestGatewayOptions} from './gateway.js';
export {type LogLine, type MemoryLog, memoryLog} from './log.js';
export {type Answer, type Replies, reply, type SeenRequest, startUpstream, type Upstream} from './upstream.js';
