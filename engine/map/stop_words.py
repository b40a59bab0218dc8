"""Words that say nothing about a subject, by language; a passage's language is the list it uses most."""

_ENGLISH = """
a able about above across actually after again against ago all almost alone along already also although always am
among an and another any anybody anyone anything anyway are aren't around as ask asked at away back be became because
become been before began behind being believe best better between big bit both but by call called came can can't
cannot certain certainly come comes could couldn't course did didn't different do does doesn't doing don don't done
down due during each e.g either else end enough especially etc even ever every everybody everyone everything example
fact far few find first following for found from further gave general get gets getting give given gives giving go goes
going gone good got had hadn't happen has hasn't have haven't having he he's hello hence her here hers herself hi high
him himself his how however i i'd i'll i'm i've i.e if important in indeed instead into is isn't it it's its itself
just keep kind know known last later least less let let's like likely little ll long look looked looking lot lots made
make makes making man many may maybe me mean means might mine more most mostly much must my myself near nearly need
needed needs neither never new next no nobody non none nor not nothing now of off often oh ok okay old on once one
ones only onto or other others otherwise our ours ourselves out over own part particular people per perhaps please
possible probably put quite rather re read really right said same saw say saying says see seem seemed seems seen
several shall she should shouldn't show since small so some somebody someone something sometimes somewhere soon still
such sure take taken takes tell than thank thanks that that's the their them themselves then there there's therefore
these they they're thing things think third this those though thought three through thus time times to today together
told too took toward towards tried tries try trying turn turned two under unless until up upon us use used uses using
usually various ve very via want wanted wants was wasn't way ways we we're we've well went were weren't what what's
whatever when where whether which while who whole whom whose why will wish with within without won't wonder would
wouldn't wrote year year-old years yes yet you you'd you'll you're you've your yours yourself yourselves monday
tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat january february march april
june july august september october november december jan feb aug sept oct nov dec
"""

_GERMAN = """
ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beim bereits bin
bis bist da dabei dadurch dafür damit dann daran darauf darf darüber das dass dein deine dem den denn der des deshalb
dessen die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einfach
einige einmal er es etwas euch euer für ganz gegen gibt ging gut habe haben hat hatte hatten hier hin hinter ich ihm
ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jedem jeden jeder jedes jedoch jetzt kann kannst kein
keine keinem keinen keiner können könnte konnte machen macht man mehr mein meine meinem meinen meiner mich mir mit
muss müssen musste nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seit selbst
sich sie sind so solche soll sollen sollte sondern sonst über um und uns unser unsere unter viel viele vom von vor
während war waren warum was wegen weil weiter welche welcher wenn wer werde werden wie wieder will wir wird wirst wo
wollen wurde wurden zu zum zur zwar zwei zwischen
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag januar februar märz juni juli oktober dezember
"""

_FRENCH = """
a ai ainsi alors au aucun aussi autre autres aux avait avant avec avez avoir avons bien car ce cela ces cet cette ceux
chaque chez comme comment d'un d'une dans de deux des depuis doit donc dont du elle elles en encore entre es est et
étaient était été être eu eux fait faire fois font furent fut il ils j'ai je jusqu'à l'on la le les leur leurs lors
lui là ma mais me même mes moi moins mon ne ni non nos notre nous on ont ou où par parce pas pendant peu peut peuvent
plus pour pourquoi qu'elle qu'il qu'un quand que quel quelle quelques qui quoi sa sans se selon sera ses si sont son
sous soit sur ta te tes toi ton tous tout toute toutes très trop tu un une va vers voici voilà vos votre vous y à ça
"""

_SPANISH = """
a al algo algunas algunos ante antes aquel aquella así aunque cada casi como con contra cual cuando cuanto de del
desde donde dos durante e el ella ellas ellos en entre era eran eres es esa esas ese eso esos esta está estaba están
estas este esto estos fue fueron ha había han hasta hay he la las le les lo los más me mi mis mientras mismo muchas
mucho muchos muy nada ni no nos nosotros o os otra otras otro otros para pero poco por porque puede pueden pues que
qué quien se sea según ser si sí siempre sido sin sobre solo son su sus también tan tanto te tener tiene tienen toda
todas todo todos tu tus un una unas uno unos usted vez y ya yo él
"""

_ITALIAN = """
a abbiamo ad agli ai al alla alle allo anche ancora avere aveva c'è che chi ci come con così cui da dagli dai dal
dalla dalle degli dei del dell della delle dello di dopo dove due e ed era erano essere fa fare fatto fino fra gli ha
hai hanno ho i il in io l la le lei li lo loro lui ma mai me mentre mi mia mio molto ne negli nei nel nella nelle
nello no noi non nostra nostro o ogni oltre per perché però più po poi prima può qual quale quando quanto quella
quelle quelli quello questa queste questi questo qui quindi se sei sempre senza si sia siamo solo sono stata stati
stato su sua sue sugli sui sul sulla sulle suo suoi te ti tra tu tutta tutte tutti tutto un una uno vi voi è
"""

_PORTUGUESE = """
a ainda além ao aos apenas as assim até cada com como contra da das de dela dele deles depois desde dessa desse desta
deste do dos duas e ela elas ele eles em entre era eram essa essas esse esses esta está estão estas este estes eu foi
foram há isso isto já lhe lhes mais mas me mesmo meu minha muito muitos na não nas nem nesta neste no nos nós nossa
nosso num numa o onde os ou para pela pelas pelo pelos pode podem por porque quando que quem se seja sem sempre ser
será seu seus só sobre são sua suas também tão tem têm tinha toda todas todo todos tu tudo um uma umas uns você vocês
à às é
"""

_DUTCH = """
aan al alle alleen als altijd andere ben bij daar dan dat de deze die dit doch doen door dus een eens en er ge geen
haar had hadden heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je jij kan kon kunnen maar me meer
men met mij mijn moet moeten na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot
u uit uw van veel voor want waren was wat we weer wel welke werd wezen wie wij wil worden wordt zal ze zei zelf zich
zij zijn zo zonder zou
"""

_NORDIC = """
att av blev bli blir blitt da de den denna deras dess det detta dette der din disse du där eller en ena er et ett for
fra från för genom ha hade han har henne hennes her hon honom hos hun hur hvad hvor här i ikke ikkje in ingen inte jag
jeg kan kom kunne man med meg mellan men mer mig min mot mycket må måste mye någon något några nu när och og också om
op os oss over på sedan ser sig sin sina sit sitt ska skal skall skulle som så til till under upp ut uten utan vad var
ved vi vid vil ville vore være vår är å än även
"""

_RUSSIAN = """
а без более больше будет будто бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до
его ее если есть еще же за здесь и из или им их к как какая какой когда кто ли либо между меня мне много может можно
мой мы на над надо нас не него нее нет ни них но ну о об один он она они опять от очень перед по под после потом
потому почти при про раз с сам себе себя со так такой там тебя тем теперь то тогда того тоже только том тот ты у уже
хоть чего чем через что чтобы эта эти это этого этой этом этот я
"""

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": _ENGLISH,
        "de": _GERMAN,
        "fr": _FRENCH,
        "es": _SPANISH,
        "it": _ITALIAN,
        "pt": _PORTUGUESE,
        "nl": _DUTCH,
        "nordic": _NORDIC,
        "ru": _RUSSIAN,
    }.items()
}

NOISE = frozenset(
    """
    http https www ftp com org net edu gov html htm php asp cgi jpg jpeg png gif svg pdf mailto href
    src img div span css nbsp quot amp lt gt apos mdash ndash hellip rsquo lsquo ldquo rdquo utf
    ascii xml rdf br hr px var def lorem ipsum
    """.split()
)
"""What markup, addresses and code leave behind in texts of any language."""

CONNECTORS = frozenset("of de del di du da van von".split())
"""Words that may stand between the other two of a phrase of three."""

OPENERS = frozenset("New Old Saint St San Santa Los Las El Mount North South East West".split())
"""Words that are part of a name when a word with a capital follows, whatever they are elsewhere."""

FUNCTION_CHARACTERS = frozenset(
    "的了是在我有和就不都也很到说說要你会會着著没沒这這那他她它们們与與及或被把对對从從而但吗嗎呢吧啊之其于於为為以所等个個些么麼"
)
"""Characters that bind Chinese words together; a term that holds one is cut across words."""
