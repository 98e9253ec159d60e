export { Mirror } from './mirror/mirror';
