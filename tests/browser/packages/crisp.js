import { Crisp } from 'crisp-sdk-web';

Crisp.configure('app-1');
