import type { InstanceState, TokenScope } from '../gql/graphql.ts';
import type { Texts } from './en.ts';
import { reasons, states } from './reasons.pt-br.ts';

/** Brazilian Portuguese. */

const scopes: Record<TokenScope, string> = {
  READ: 'ler',
  WRITE: 'alterar configurações',
  PAIR: 'vincular e iniciar',
  ADMIN: 'criar, excluir, tokens',
};

/** Os nomes são os do aplicativo do WhatsApp. */
const fields: Texts['fields'] = {
  LAST_SEEN: { name: 'Visto por último', description: 'Quem vê quando a conta esteve online pela última vez.' },
  ONLINE: { name: 'Online', description: 'Quem vê que a conta está online agora.' },
  PROFILE: { name: 'Foto do perfil', description: 'Quem vê a foto do perfil.' },
  STATUS: {
    name: 'Recado',
    description: 'Quem vê o recado da conta. As atualizações de status têm configuração própria.',
  },
  LINKED_PROFILES: { name: 'Links', description: 'Quem vê os perfis em outros lugares que a conta indica.' },
  PIX: { name: 'Chave Pix', description: 'Quem vê a chave Pix da conta.' },
  READ_RECEIPTS: {
    name: 'Confirmações de leitura',
    description:
      'Se confirmações de leitura são enviadas e mostradas. Vale nos dois sentidos; em grupos elas sempre existem.',
  },
  DEFENSE: { name: 'Configurações rigorosas da conta', description: 'A proteção reforçada da conta pelo WhatsApp.' },
  DEFAULT_DISAPPEARING: {
    name: 'Duração padrão das mensagens',
    description: 'Quanto tempo as mensagens ficam nas conversas iniciadas a partir de agora.',
  },
  GROUP_ADD: { name: 'Grupos', description: 'Quem pode adicionar a conta a grupos.' },
  CALL_ADD: {
    name: 'Ligações',
    description: 'De quem as ligações tocam. As de outras pessoas são silenciadas, não bloqueadas.',
  },
  MESSAGES: { name: 'Mensagens', description: 'Quem pode enviar mensagens à conta.' },
  STICKERS: { name: 'Figurinhas', description: 'Quem pode usar as figurinhas da conta.' },
};

const audience = {
  ALL: 'Todos',
  CONTACTS: 'Meus contatos',
  CONTACT_BLACKLIST: 'Meus contatos, exceto…',
  NONE: 'Ninguém',
};

const values: Texts['values'] = {
  LAST_SEEN: audience,
  ONLINE: { ALL: 'Todos', MATCH_LAST_SEEN: 'Igual a “Visto por último”' },
  PROFILE: audience,
  STATUS: audience,
  LINKED_PROFILES: audience,
  PIX: audience,
  READ_RECEIPTS: { ALL: 'Ativadas', NONE: 'Desativadas' },
  DEFENSE: { OFF: 'Desativadas', ON_STANDARD: 'Ativadas' },
  DEFAULT_DISAPPEARING: { OFF: 'Desativada', DAY_1: '24 horas', DAYS_7: '7 dias', DAYS_90: '90 dias' },
  GROUP_ADD: { ALL: 'Todos', CONTACTS: 'Meus contatos', CONTACT_BLACKLIST: 'Meus contatos, exceto…' },
  CALL_ADD: { ALL: 'Todos', KNOWN: 'Números conhecidos' },
  MESSAGES: { ALL: 'Todos', CONTACTS: 'Meus contatos' },
  STICKERS: { CONTACTS: 'Meus contatos', CONTACT_ALLOWLIST: 'Contatos escolhidos', NONE: 'Ninguém' },
};

const notLinked = {
  UNPAIRED: 'Nenhum telefone está vinculado.',
  PAIRING: 'Está esperando o telefone.',
  STOPPED: 'Está parada.',
  LOGGED_OUT: 'O telefone não está mais vinculado.',
  REPLACED: 'Outra conexão tomou o lugar dela.',
  BANNED: 'O WhatsApp baniu ou bloqueou a conta.',
  CLIENT_OUTDATED: 'O WhatsApp recusa esta versão do serviço.',
  PASSKEY_REQUIRED: 'O WhatsApp pede uma chave de acesso no telefone.',
};

const failures: Texts['failures'] = {
  REJECTED: 'O WhatsApp recusou.',
  TIMED_OUT: 'O WhatsApp não respondeu a tempo.',
  CONNECTION_LOST: 'A conexão caiu antes da resposta do WhatsApp.',
  MISMATCH: 'O WhatsApp aceitou, mas mostra outro valor.',
  UNVERIFIED: 'Nenhuma resposta do WhatsApp permitiu confirmar se vale.',
  UNSUPPORTED: 'O WhatsApp não tem essa configuração para esta conta, por isso ela não foi enviada.',
  SKIPPED: 'Não foi tentado.',
  ROLLED_BACK: 'Chegou a valer, mas foi desfeito porque outra configuração falhou.',
};

const warnings: Texts['warnings'] = {
  MATCHES_EVERYONE: '“Igual a ‘Visto por último’” não muda nada enquanto todos veem o visto por último.',
  RECIPROCAL_RECEIPTS:
    'Sem confirmações de leitura, a conta também não vê as dos outros. Nos grupos elas continuam existindo.',
  NOBODY_EXCLUDED: 'A lista começa vazia: até que alguém entre nela, isto vale para todos os contatos.',
  SILENCED_NOT_BLOCKED: 'Ligações de números desconhecidos são silenciadas, não bloqueadas.',
  HIDDEN_IN_TURN: 'Quem não pode ver isto também não mostra o seu à conta.',
  UNSUPPORTED: 'O WhatsApp não tem essa configuração para esta conta, por isso ela não é enviada.',
};

const policies: Texts['settings']['policies'] = {
  CONTINUE: {
    name: 'Continuar',
    description: 'As outras são enviadas mesmo assim, e o que valer fica. O mais rápido.',
  },
  STOP: { name: 'Parar', description: 'Uma depois da outra. Depois de uma falha nada mais é enviado.' },
  ROLLBACK: {
    name: 'Desfazer',
    description:
      'Tudo ou nada: o que foi alterado volta atrás, a menos que o telefone tenha alterado algo nesse meio-tempo.',
  },
};

const contactResults: Texts['lists']['results'] = {
  ADDED: 'Adicionado',
  REMOVED: 'Removido',
  ALREADY_LISTED: 'Já estava na lista',
  NOT_LISTED: 'Não estava na lista',
  FAILED: 'Falhou',
};

const contactFailures: Texts['lists']['failures'] = {
  NOT_ON_WHATSAPP: 'Ninguém no WhatsApp tem esse número.',
  UNRESOLVED: 'O WhatsApp não disse de quem é esse número, por isso nada foi enviado.',
  REJECTED: 'O WhatsApp recusou.',
  TIMED_OUT: 'O WhatsApp não respondeu a tempo.',
  CONNECTION_LOST: 'A conexão caiu antes da resposta do WhatsApp.',
  MISMATCH: 'O WhatsApp aceitou, mas mostra a lista de outro jeito.',
  UNVERIFIED: 'Nenhuma resposta do WhatsApp permitiu confirmar se vale.',
  UNSUPPORTED: 'O WhatsApp não tem essa lista para esta conta, por isso nada foi enviado.',
  SKIPPED: 'Não foi tentado.',
};

export const ptBr: Texts = {
  language: 'pt-BR',

  shell: {
    skip: 'Ir para o conteúdo',
    navigation: 'Páginas',
    instances: 'Instâncias',
    link: 'Vincular um telefone',
    tokens: 'Tokens',
    signOut: 'Sair',
    mayDo: (what: string) => `Este token pode: ${what}`,
    oneInstance: (name: string) => `Ele alcança apenas a instância “${name}”.`,
    notFound: 'Esta página não existe',
    toInstances: 'Ir para as instâncias',
    unreachable:
      'O serviço não responde. Esta página tenta de novo sozinha; o que ela mostra pode estar desatualizado.',
    failing:
      'O serviço não consegue dizer o que esta página mostra; o log dele diz por quê. Esta página tenta de novo sozinha.',
    limited: 'Este token esgotou as chamadas deste minuto. Esta página continua sozinha.',
    streamsLimited:
      'O serviço não abre mais transmissões para este token agora. O que esta página mostra pode estar desatualizado; ela tenta de novo sozinha.',
    notLetIn:
      'Este token esgotou as chamadas deste minuto, ou daqui vieram muitos tokens que não funcionam. Esta página continua sozinha.',
    busy: 'O serviço está ocupado. Esta página tenta de novo sozinha.',
    onIn: (seconds: number) => `Continua em ${seconds} s.`,
    tokenEnds: 'Este token expira',
    loading: 'Carregando…',
    tryAgain: 'Tentar de novo',
    broken:
      'Não é possível mostrar esta página: o serviço talvez já seja de outra versão. O que você enviou antes não muda com isso. Carregue a página de novo.',
    loadAgain: 'Carregar de novo',
    about: 'Sobre este serviço',
    playground: 'Playground GraphQL',
    rest: 'Descrição REST',
    health: 'Saúde',
  },

  scopes,

  signIn: {
    title: 'Entrar',
    lead: 'Lê e altera as configurações de privacidade de contas do WhatsApp vinculadas, e diz a verdade sobre elas.',
    token: 'Token',
    hint: 'Ao ser iniciado pela primeira vez, o serviço mostra um; na máquina dele, “npx privet token create” cria outros. Ele fica guardado apenas nesta aba.',
    submit: 'Entrar',
    refused: 'Esse token não funciona: foi revogado, expirou ou foi digitado errado.',
    missing: 'Cole um token.',
    otherTitle: 'Um link com outro token',
    other:
      'Esta aba já tem um token, e um link aberto aqui traz outro. Com ele você trabalha na conta de quem o criou, que pode alterar o que você vincular.',
    stay: 'Continuar com o atual',
    change: 'Entrar com o outro',
  },

  instances: {
    title: 'Instâncias',
    link: 'Vincular um telefone',
    loading: 'Carregando…',
    search: 'Buscar',
    searchHint: 'Nome ou número',
    allStates: 'Todos os estados',
    counted: (what: string, count: string) => `${what} (${count})`,
    found: (count: number, text: string) => (count === 1 ? '1 instância' : `${text} instâncias`),
    noneFound: 'Nenhuma instância encontrada.',
    pages: 'Páginas da lista',
    previous: 'Anterior',
    next: 'Próxima',
    range: (first: string, last: string, total: string) => `${first}–${last} de ${total}`,
    instance: 'Instância',
    state: 'Estado',
    nextTry: 'Próxima tentativa',
    seen: 'Lidas',
    stale: 'podem ter mudado desde então',
    notSeen: 'As configurações ainda não foram vistas.',
    notReported: 'Nenhuma',
    noneYet: 'Nenhuma instância ainda',
    noneYetLead: 'Uma instância é uma conta do WhatsApp vinculada aqui. Vincule um telefone, e ela aparece.',
    noneYetOthers: 'Uma instância é uma conta do WhatsApp vinculada aqui. Este token não pode vincular uma.',
    mayNotRead: 'Este token não pode ler, por isso não há lista de instâncias.',
    ownAlone: 'Este token não pode ler. Da sua instância ele sabe isto, como era quando a página foi aberta.',
  },

  states,
  reasons,

  fields,
  values,

  settings: {
    title: (name: string) => `Configurações de ${name}`,
    all: 'Todas as instâncias',
    number: 'Número',
    missing: 'Não há instância com esse nome ao alcance deste token.',
    deleted: 'Esta instância foi excluída.',
    mayNeither: 'Este token não pode ler nem alterar configurações.',
    mayOnlyRead: 'Este token pode ler estas configurações, mas não alterá-las.',
    mayOnlyWrite: 'Este token pode alterar configurações, mas não lê-las: o que vale aparece depois de uma alteração.',
    notOpen:
      'A instância não está conectada ao WhatsApp: nada pode ser alterado agora. Abaixo está o que foi visto por último e, no fim da página, o que pode ser feito com a instância.',
    notNow: 'Isto pode ser aplicado quando a instância estiver conectada.',
    noneSeen: 'Nenhuma configuração foi vista ainda: elas aparecem quando um telefone está vinculado e conectado.',
    region: 'Configurações',
    sections: {
      visibility: 'Quem vê o quê',
      privacy: 'Confirmações, proteção e duração',
      permissions: 'Quem pode contatar a conta',
    },
    other: 'Outras configurações',
    otherHint:
      'O WhatsApp também mostra estas. Esta versão do Privet não as conhece, por isso elas não podem ser alteradas aqui.',
    heldNow: 'Vale agora:',
    heldLast: 'Valia quando foi vista:',
    seen: 'vista',
    notKnown: 'desconhecido',
    stale: 'pode ter mudado desde então',
    readAgain: 'Ler de novo',
    reading: 'Lendo…',
    edited: 'Editada, não aplicada',
    moved: (was: string) => `Alterada agora em outro aparelho; era “${was}”.`,
    movedAll: (what: string) => `Alterado em outro aparelho: ${what}.`,
    movedOne: (field: string, to: string) => `${field} agora é “${to}”`,
    overtaken: (held: string) =>
      `Alterada em outro aparelho enquanto você escolhia: agora é “${held}”. A sua escolha continua.`,
    changes: 'Alterações',
    toChanges: 'revisar',
    noChanges: 'Escolha outros valores para alterar algo. Nada é enviado antes de você aplicar.',
    edits: (count: number) => (count === 1 ? '1 configuração editada' : `${count} configurações editadas`),
    plan: 'O que vai acontecer',
    planning: 'Calculando o que será enviado…',
    sent: 'Será enviado',
    stays: 'Já vale',
    fromTo: (from: string, to: string) => `de “${from}” para “${to}”`,
    to: (to: string) => `para “${to}”`,
    stanzas: (count: number) => (count === 1 ? '1 mensagem ao WhatsApp' : `${count} mensagens ao WhatsApp`),
    stanzasHint: 'leituras incluídas, se nada der errado',
    ifOneFails: 'Se uma falhar',
    apply: 'Aplicar',
    discard: 'Descartar edições',
    sending:
      'Aplicando. O WhatsApp tem até 30 segundos para responder; cada configuração é comprovada por uma leitura.',
    sendingAgain: 'O serviço não respondeu, por isso a mesma alteração é enviada de novo: ela é feita uma só vez.',
    seconds: (seconds: number) => `${seconds} s`,
    outcome: 'Resultado',
    outcomeSaid: (applied: number, alreadySet: number, failed: number) =>
      `Aplicadas: ${applied}. Já valiam: ${alreadySet}. Falharam: ${failed}.`,
    was: (value: string) => `era “${value}”`,
    requested: (value: string) => `Pedido: “${value}”.`,
    holds: (value: string) => `Agora vale “${value}”.`,
    holdsUnknown: 'Não se sabe o que vale agora.',
    backAgain: 'Uma leitura mostra o valor antigo de novo.',
    notBack: 'Nenhuma leitura pôde mostrar se o valor antigo voltou.',
    proof: (time: string) => `Mostrado pelo WhatsApp às ${time}, lido depois da alteração.`,
    noProof: 'Nenhuma leitura deu certo depois da alteração, por isso nada está comprovado.',
    tryAgain: 'Tentar de novo',
    close: 'Fechar',
    nothingDone: 'Nada foi alterado, e as suas edições continuam aqui.',
    mayHaveHappened:
      'Pode ter acontecido ou não: as configurações nesta página dizem o que vale. Enviada de novo, a alteração é feita uma só vez, mesmo que já tenha sido feita.',
    resend: 'Enviar de novo',
    waitFor: (seconds: number) => `Será possível tentar de novo em ${seconds} s.`,
    conflict:
      'Algo foi alterado em outro aparelho desde que você olhou, por isso nada foi enviado. Veja de novo e decida:',
    conflictOrOwn:
      'Antes de uma resposta se perder, ou depois, algo foi alterado: por você ou em outro aparelho. Veja de novo e decida:',
    results: { APPLIED: 'Aplicada', ALREADY_SET: 'Já valia', FAILED: 'Falhou' },
    policies,
  },

  failures,
  warnings,

  lists: {
    exclusions: 'Quem está excluído',
    setsValue: 'Adicionar alguém muda esta configuração para “Meus contatos, exceto…” na hora.',
    inactive: 'A lista não está em vigor: a configuração tem outro valor.',
    blocked: 'Contatos bloqueados',
    blockedHint: 'Eles não podem ligar nem escrever para a conta.',
    loading: 'Lendo a lista do WhatsApp…',
    notOpen: 'Ela pode ser lida quando a instância estiver conectada ao WhatsApp.',
    empty: 'Ninguém está nela.',
    count: (count: number) => (count === 1 ? '1 contato' : `${count} contatos`),
    numbers: 'Números a adicionar',
    numbersHint: 'Com o código do país, como +55 11 91234-5678; vários em linhas separadas ou com vírgulas.',
    add: 'Adicionar',
    block: 'Bloquear',
    remove: 'Remover',
    removeNamed: (contact: string) => `Remover ${contact}`,
    unblock: 'Desbloquear',
    unblockNamed: (contact: string) => `Desbloquear ${contact}`,
    missing: 'Digite um número.',
    wrong: (contact: string) => `“${contact}” não é um número com código do país, como +55 11 91234-5678.`,
    tooMany: (most: number) => `No máximo ${most} de uma vez.`,
    sending: 'Alterando…',
    results: contactResults,
    blockResults: { ...contactResults, ADDED: 'Bloqueado', REMOVED: 'Desbloqueado' },
    failures: contactFailures,
  },

  link: {
    title: 'Vincular um telefone',
    titleOf: (name: string) => `Vincular um telefone a ${name}`,
    mayNotMake:
      'Este token não pode vincular telefones novos: para isso é preciso um token da conta inteira que possa ler, vincular e criar.',
    mayNotPair: 'Este token não pode vincular um telefone: para isso é preciso um que possa ler e vincular.',
    lead: 'Dê à conta um nome que você reconheça. A página seguinte mostra o QR code para escanear.',
    name: 'Nome',
    nameHint: 'Letras, números, “.”, “_” ou “-”, até 64 ao todo; sem espaços.',
    nameMissing: 'Digite um nome.',
    nameWrong:
      'O nome só tem letras sem acento, números, “.”, “_” e “-”: sem espaços, no máximo 64 ao todo e sem “.” no começo.',
    nameTaken: 'Esse nome já está em uso.',
    toTaken: (name: string) => `Ir para ${name}`,
    maybeMade: (name: string) =>
      `Não se sabe se ${name} foi criada. Se foi, ninguém viu o token dela: crie um novo por lá.`,
    toMaybe: (name: string) => `Procurar ${name}`,
    submit: 'Mostrar o QR code',
    busy: 'Um momento…',
    token: (name: string) => `Token de ${name}, para programas`,
    looking: 'Procurando…',
    asking: 'Pedindo um código ao WhatsApp…',
    saidQr: 'O QR code está na tela.',
    saidCode: 'O código para digitar está na tela.',
    qrLabel: 'QR code para o WhatsApp',
    code: 'Código para digitar no telefone',
    onThePhone: 'No telefone',
    stepsForQr: [
      'Abra o WhatsApp.',
      'Abra o menu (Android) ou Configurações (iPhone) e escolha “Dispositivos conectados”.',
      'Toque em “Conectar dispositivo” e aponte o telefone para este código.',
    ],
    stepsForCode: [
      'Abra o WhatsApp ou a notificação que ele mostra agora.',
      'Abra o menu (Android) ou Configurações (iPhone) e escolha “Dispositivos conectados”.',
      'Toque em “Conectar dispositivo”, depois em “Conectar com número de telefone”, e digite o código.',
    ],
    qrLeft: (seconds: number) => `Vale por ${seconds} s; depois outro toma o lugar dele.`,
    ranOut: 'Ele não vale mais; a página mostra o próximo, ou por que não há outro, assim que souber.',
    codeLeft: (seconds: number) => `Vale por ${seconds} s.`,
    accepted: 'O telefone aceitou. Entrando…',
    connecting: 'Está vinculada e se conectando.',
    linked: 'O telefone está vinculado',
    linkedAlready: 'Um telefone está vinculado',
    number: (number: string) => `Número: ${number}`,
    toSettings: 'Ir para as configurações',
    toInstance: (name: string) => `Ir para ${name}`,
    notLinked,
    gone: (name: string) => `${name} foi excluída.`,
    notThere: (name: string) => `Não há ${name} ao alcance deste token.`,
    maybeBegun: 'Mesmo assim, pode ter começado: então o código aparece aqui.',
    halfMade: (name: string) =>
      `${name} já existe. Se nenhum código aparecer, comece de novo aqui, ou exclua a instância na página dela.`,
    showQr: 'Mostrar um QR code',
    qrInstead: 'Usar um QR code',
    byNumber: 'Usar um número de telefone',
    byOtherNumber: 'Usar outro número de telefone',
    numberLabel: 'Número de telefone da conta',
    numberHint: 'Com + e o código do país, como +55 11 91234-5678',
    numberWrong: 'Isso não é um número de telefone com código do país: ele começa com “+”.',
    showCode: 'Mostrar um código para digitar',
  },

  lifecycle: {
    title: 'Esta instância',
    cancel: 'Cancelar',
    busy: 'Um momento…',
    unsure:
      'Mesmo assim, pode ter sido feito: veja o estado quando o serviço voltar a responder, antes de tentar de novo.',
    link: 'Vincular um telefone',
    linkAgain: 'Vincular de novo',
    start: { action: 'Iniciar', done: 'Está iniciando; o estado mostra quando estiver conectada.' },
    stop: {
      action: 'Parar',
      title: (name: string) => `Parar ${name}?`,
      text: (state: InstanceState) => [
        state === 'PAIRING'
          ? 'O código mostrado para de funcionar. Nada foi vinculado ainda, e dá para começar de novo.'
          : 'Ela fica desconectada do WhatsApp até que alguém a inicie de novo. O telefone continua vinculado e nada se perde.',
      ],
      done: 'Foi parada.',
    },
    unlink: {
      action: 'Desvincular',
      title: (name: string) => `Desvincular ${name}?`,
      text: (state: InstanceState) => [
        state === 'OPEN'
          ? 'A sessão dela no WhatsApp é encerrada. A instância continua aqui e pode ser vinculada de novo com outro QR code ou código.'
          : 'Ela não está conectada agora. Depois de cinco minutos sem alcançar o WhatsApp, ou se estiver banida, pode ser desvinculada apenas aqui: o telefone ainda mostra o dispositivo até que alguém o remova lá.',
      ],
      done: 'Foi desvinculada.',
    },
    rotate: {
      action: 'Novo token',
      title: (name: string) => `Novo token para ${name}?`,
      text: () => [
        'Ele substitui todos os tokens desta instância, que param de funcionar na hora: quem usa um deles precisa do novo.',
      ],
      shown: (name: string) => `Novo token de ${name}`,
    },
    delete: {
      action: 'Excluir',
      title: (name: string) => `Excluir ${name}?`,
      text: (state: InstanceState) => [
        'A instância, o login dela e os tokens dela desaparecem para sempre.',
        state === 'OPEN'
          ? 'A sessão dela no WhatsApp também é encerrada.'
          : 'Ela não está conectada agora, então o WhatsApp não fica sabendo: se houver um telefone vinculado, remova o dispositivo nele.',
      ],
      typed: { label: 'Digite o nome dela', wrong: 'Esse não é o nome dela.' },
    },
  },

  tokens: {
    title: 'Tokens',
    lead: 'Quem tem um token pode fazer, na API e neste console, o que o token permite.',
    mayNot: 'Este token não pode gerenciar tokens: para isso é preciso um da conta inteira que possa criar e excluir.',
    make: 'Novo token',
    submit: 'Criar',
    shown: 'O novo token',
    shownOf: (name: string) => `O novo token ${name}`,
    unsure:
      'Mesmo assim, pode ter sido feito: veja a lista quando o serviço voltar a responder. Um token cujo texto ninguém viu pode ser revogado.',
    count: (total: number) => (total === 1 ? '1 token' : `${total} tokens, os mais antigos primeiro`),
    more: 'Mostrar mais',
    ofInstance: (name: string) => `De ${name}, sem rótulo`,
    noLabel: 'Sem rótulo',
    own: 'O seu: esta aba usa este token',
    state: { works: 'Funciona, sem prazo', worksUntil: 'Funciona até', ended: 'Expirou em', revoked: 'Revogado em' },
    may: 'Pode',
    reaches: 'Alcança',
    wholeAccount: 'a conta inteira',
    made: 'Criado em',
    used: 'Usado pela última vez',
    unused: 'ainda não',
    publicPart: 'Parte pública',
    label: 'Rótulo',
    labelHint: 'Para reconhecê-lo, como o nome do programa que o usa.',
    scopesMissing: 'Escolha pelo menos uma opção.',
    instance: 'Instância',
    instanceHint: 'A única que ele alcança. Vazio: a conta inteira.',
    noInstance: 'Essa instância não existe.',
    end: 'Expira',
    ends: {
      never: 'nunca',
      hour: 'em uma hora',
      day: 'em um dia',
      days30: 'em 30 dias',
      days90: 'em 90 dias',
      date: 'na data que você escolher',
    },
    withOwn: 'junto com o seu',
    bound: 'Nenhum token novo dura mais que o seu:',
    date: 'Data e hora',
    dateWrong: 'Escolha uma data futura, que não passe do fim do seu token.',
    rotate: {
      action: 'Substituir',
      confirm: 'Criar o novo',
      title: (name: string) => `Substituir ${name}?`,
      text: 'Um token igual é criado e mostrado uma única vez; o antigo deixa de funcionar.',
      own: 'Esta aba continua com o novo.',
      overlap: 'O antigo ainda funciona',
      overlaps: { 0: 'nem mais um instante', 3600: 'por uma hora', 86400: 'por um dia', 604800: 'por 7 dias' },
    },
    revoke: {
      action: 'Revogar',
      title: (name: string) => `Revogar ${name}?`,
      text: 'Em um segundo nada mais funciona com ele, e suas transmissões terminam. Não é possível desfazer.',
      own: 'É o seu token: será preciso entrar de novo nesta aba.',
      done: (name: string) => `${name} foi revogado.`,
    },
    once: {
      label: 'Token',
      warning: 'Copie agora: ele é mostrado só desta vez e não pode ser mostrado de novo.',
      copy: 'Copiar',
      copied: 'Copiado.',
      selected: 'Selecionado: copie com Ctrl+C ou com um toque longo.',
    },
  },

  problems: {
    UNREACHABLE: 'O serviço não respondeu.',
    FORBIDDEN: 'Este token não pode fazer isso.',
    NOT_FOUND: 'Essa instância não existe ou está fora do alcance deste token.',
    INSTANCE_NOT_CONNECTED: 'A instância não está conectada ao WhatsApp.',
    RATE_LIMITED: 'Este token esgotou as chamadas deste minuto.',
    OVERLOADED: 'O serviço ou o WhatsApp não aceita mais por enquanto.',
    TIMEOUT: 'Não foi feito a tempo.',
    INTERNAL_SERVER_ERROR: 'O serviço falhou; o log dele diz por quê.',
  },
};
