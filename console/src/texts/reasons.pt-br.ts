import type { reasons as english, states as englishStates } from './reasons.en.ts';

export const states: typeof englishStates = {
  UNPAIRED: 'Não vinculada',
  PAIRING: 'Sendo vinculada',
  CONNECTING: 'Conectando',
  OPEN: 'Conectada',
  RECONNECTING: 'Reconectando',
  STOPPED: 'Parada',
  LOGGED_OUT: 'Desvinculada',
  REPLACED: 'Substituída',
  BANNED: 'Banida',
  CLIENT_OUTDATED: 'Cliente desatualizado',
  PASSKEY_REQUIRED: 'Exige chave de acesso',
};

const WAIT = 'Aguarde: ela volta sozinha.';
const NETWORK = 'Ela tenta de novo sozinha. Verifique a rede do serviço se isso durar.';
const LINK_AGAIN = 'Vincule o telefone de novo.';
const BETWEEN = 'Verifique o que fica entre o serviço e o WhatsApp; relate o problema se isso durar.';
const AS_SAID = 'Tente de novo mais tarde, com outro número ou por QR code.';
const SETTLE = 'Resolva isso no telefone e depois inicie a instância, ou desvincule-a e vincule o telefone de novo.';

export const reasons: typeof english = {
  PAIRED: { title: 'O telefone foi vinculado; ela está entrando.', todo: 'Aguarde.' },
  STARTING: { title: 'Ela espera a sua vez de entrar.', todo: 'Aguarde.' },
  UNREACHABLE: { title: 'O WhatsApp não foi alcançado.', todo: NETWORK },
  UPGRADE_REFUSED: { title: 'O servidor recusou a conexão.', todo: NETWORK },
  HANDSHAKE_FAILED: { title: 'O servidor não foi alcançado ou não provou ser o WhatsApp.', todo: NETWORK },
  CONNECT_TIMED_OUT: { title: 'O WhatsApp não concluiu o login.', todo: WAIT },
  FIRST_READ_FAILED: { title: 'O WhatsApp não mostrou as configurações depois do login.', todo: WAIT },
  LOGIN_FAILURE: { title: 'O WhatsApp recusou o login por enquanto.', todo: WAIT },
  CONNECTION_CLOSED: { title: 'A conexão foi fechada.', todo: WAIT },
  CONNECTION_LOST: { title: 'O WhatsApp parou de responder.', todo: WAIT },
  STREAM_ENDED: { title: 'O WhatsApp encerrou a conexão.', todo: WAIT },
  UNREADABLE_FRAME: {
    title: 'O que o WhatsApp enviou não pôde ser lido, por isso a conexão foi abandonada.',
    todo: WAIT,
  },
  FRAME_TOO_LARGE: { title: 'O servidor enviou de uma vez mais do que é aceito.', todo: BETWEEN },
  COMPRESSION_FORCED: { title: 'O servidor comprime a conexão, o que não foi pedido.', todo: BETWEEN },
  RESTART_REQUIRED: { title: 'O WhatsApp pediu uma nova conexão.', todo: WAIT },
  STREAM_ERROR: { title: 'O WhatsApp encerrou a conexão com um erro.', todo: WAIT },
  WRITE_UNANSWERED: {
    title: 'Uma alteração ficou sem resposta, por isso a conexão foi encerrada: ela não pode valer mais tarde.',
    todo: WAIT,
  },
  STORAGE_FAILED: { title: 'O banco de dados do serviço falhou.', todo: 'Verifique o log e o disco do serviço.' },
  STOPPED_BY_USER: { title: 'Alguém a parou.', todo: 'Inicie-a quando ela deve continuar.' },
  INTERNAL_ERROR: {
    title: 'A sessão falhou; o log do serviço diz por quê.',
    todo: 'Inicie-a, ou vincule o telefone de novo se ele ainda não estava vinculado.',
  },
  TAKEN_OVER: {
    title: 'Outro processo do serviço cuida dela, por isso este não faz nada com ela.',
    todo: 'Use aquele; encerre este se os dois têm os mesmos dados.',
  },
  MOVING: {
    title: 'Nenhum nó do serviço cuida dela neste momento, ou o que cuida não responde.',
    todo: 'Espere: um nó a assume em segundos.',
  },
  CREDENTIALS_UNREADABLE: {
    title: 'O login guardado não pôde ser lido; nada foi alterado.',
    todo: 'Veja o log do serviço; corrija a chave ou restaure um backup e depois inicie-a.',
  },
  PAIRING_EXPIRED: { title: 'Ninguém escaneou o QR code nem digitou o código a tempo.', todo: LINK_AGAIN },
  PAIRING_UNPROVEN: {
    title: 'Quem respondeu não provou ser o telefone; nada foi vinculado.',
    todo: 'Vincule o telefone de novo. Se isso se repetir, alguém no meio pode estar interferindo.',
  },
  PAIRING_REFUSED: { title: 'O WhatsApp não deu um código para vincular.', todo: AS_SAID },
  PAIRING_UNANSWERED: { title: 'O WhatsApp não confirmou o código.', todo: AS_SAID },
  PAIRING_ENDED: {
    title: 'O serviço foi encerrado, ou perdeu o contato com o banco de dados, enquanto o telefone era vinculado.',
    todo: LINK_AGAIN,
  },
  PASSKEY_REQUIRED: {
    title: 'O WhatsApp exige uma chave de acesso, que o Privet não pode dar.',
    todo: 'Vincule o telefone de novo; isso falha enquanto o WhatsApp a exigir.',
  },
  UNLINKED_BY_USER: { title: 'Alguém a desvinculou por aqui.', todo: LINK_AGAIN },
  DEVICE_REMOVED: { title: 'Ela foi desvinculada no telefone.', todo: LINK_AGAIN },
  LOGGED_OUT: { title: 'O WhatsApp a desvinculou.', todo: LINK_AGAIN },
  UNLINKED_HERE: {
    title: 'Ela foi desvinculada sem conexão: o WhatsApp não foi avisado.',
    todo: 'Remova o dispositivo no telefone, que ainda o mostra. Depois vincule o telefone de novo.',
  },
  REPLACED: {
    title: 'Outro cliente entrou com o mesmo login.',
    todo: 'Encerre-o; se não há próxima tentativa indicada, inicie a instância depois.',
  },
  TEMPORARY_BAN: { title: 'O WhatsApp baniu a conta por um tempo.', todo: 'Aguarde.' },
  BANNED: { title: 'O WhatsApp baniu a conta.', todo: SETTLE },
  LOCKED: { title: 'O WhatsApp bloqueou a conta, ou o telefone dela não existe mais.', todo: SETTLE },
  LOGINS_HELD_UP: {
    title: 'O WhatsApp exige de outras instâncias um cliente mais novo, por isso esta espera a sua vez de tentar.',
    todo: 'Aguarde.',
  },
  CLIENT_OUTDATED: { title: 'O WhatsApp exige um cliente mais novo.', todo: 'Atualize o Privet.' },
  UNKNOWN: { title: 'Outra versão do Privet guardou o motivo.', todo: 'Atualize o Privet.' },
};
