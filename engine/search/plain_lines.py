"""Plain lines of our own on many subjects, in many languages: what most corpora have no answer to.

They are words, questions and sentences, as queries are, and stand in for the queries that find nothing.
"""

ENGLISH = """
violin
goalkeeper
earthquake
lipstick
banana
mathematics
whale
jazz
desert
election
parachute
spider
wheel
passport
harpsichord
stalactite
samurai
plutonium
sonnet
trilobite
cathedral
bacteriophage
algorithm
monsoon
hieroglyphs
falconry
tax return
volcano eruption
guitar chords
mortgage rates
chess opening
dinosaur fossils
pregnancy test
electric car
roman emperor
football transfer news
how to knit a scarf
cheap flights to lisbon
symptoms of a cold
best pizza in town
learn italian fast
used bicycle for sale
haunted house stories
capital of mongolia
stock market crash
poems about autumn
robot vacuum cleaner
moon landing
blood pressure
submarine sonar
tax law in medieval japan
succession to the byzantine throne
lattice gauge theory
baroque opera in naples
clone a mammoth
pricing of derivatives
catalysts for polymer synthesis
kubernetes ingress controller
viking burial ships
tantric buddhism in tibet
sicilian defence in chess
copper mining in chile
haute couture of the fifties
coral bleaching
treaty of westphalia
gothic stained glass
malaria parasites
sumo wrestling rankings
polish folk tales
sand dunes on mars
welsh vowel mutation
tariffs on imported steel
smuggling of ivory
How do I get red wine out of a white carpet?
Who painted the ceiling of the chapel?
Why do cats purr when they are stroked?
Which team won the cup final after extra time?
How many strings does a harp have?
Can I grow lemons indoors in a cold country?
What is the difference between a frog and a toad?
How is steel made from iron ore?
Where can I renew my driving licence?
When was the printing press invented?
Why is the sky blue and the sunset red?
How do vaccines teach the body to fight a virus?
What do you call the leader of a monastery?
What are the rules for offside in football?
How do I ask my boss for a pay rise?
Which planets have rings?
What causes a star to explode?
Why did the empire fall?
How does a refrigerator keep food cold?
Who is allowed to vote in the local election?
How do bees find their way back to the hive?
What is the best age to start learning the piano?
Do plants grow faster when they hear music?
How do you say thank you in Portuguese?
What does a judge do when the jury cannot agree?
How thick must the ice be before one can skate on it?
Why do prices rise when there is too much money?
How does a computer store a photograph?
What makes concrete crack in winter?
How do glaciers shape a valley?
What did people eat in the stone age?
How do black holes lose energy?
Who succeeded the last tsar?
How many moons does Neptune have?
Why did the Maya abandon their cities?
How do compilers allocate registers?
What is the penalty for piracy at sea?
How does a nuclear reactor breed its own fuel?
Which dialects of Arabic are spoken in the Maghreb?
How did cavalry fight against pikemen?
What does Hamlet see on the battlements?
How do termites control the air in their mounds?
When did the first dynasty unite the two kingdoms on the Nile?
What is a fugue in four voices?
How are diamonds formed in the mantle?
Can a prime number be the sum of two squares?
How do cuttlefish change their colour?
Which enzymes unwind the double helix?
How do interest rate swaps shift risk between banks?
What did Kant mean by the categorical imperative?
How do jet engines keep their turbine blades from melting?
Why is the dollar the reserve currency of the world?
How was silk brought along the desert road?
The orchestra tuned up while the audience looked for their seats.
The goalkeeper dived to the left and pushed the ball around the post.
Whisk the eggs with the sugar until the mixture is pale and thick.
She wore a green velvet dress and her mother's pearl earrings.
The parliament passed the law by a narrow majority.
Wolves have returned to the forests along the border.
Two divers found the wreck at a depth of forty metres.
A dozen monks still live and work in the abbey.
The court found him guilty of fraud and sentenced him to three years.
Her first novel was rejected by eleven publishers.
The dancers rehearsed the second act until midnight.
The general ordered his troops to cross the river at dawn.
Gold was discovered in the hills, and within a year there was a town.
The old clockmaker repaired watches that nobody else could.
Sheep graze on the dyke, and the wind never stops.
The chemist mixed the two liquids, and the flask grew warm.
The drought ruined the maize harvest in the south.
The actress forgot her lines in the middle of the scene.
The shop sells second-hand records and film posters.
The climbers turned back two hundred metres below the summit.
The sculptor cut the figure out of a single block of marble.
Prisoners of war were put to work in the mines.
The customs officer opened every suitcase.
The ship was built for the spice trade with the east.
The museum guard told us not to touch the paintings.
A good translator has to be a good writer first.
The magician made a dove disappear from a hat.
He believes that the soul lives on after death.
The rover drilled into the rock and found traces of clay.
The emperor had his rivals blinded and sent to an island.
The proof rests on an induction over the dimension of the space.
Plate boundaries slip suddenly after centuries of strain.
The samurai laid down his sword before the gate of the shogun.
The central bank bought government bonds to hold down yields.
Neutrinos pass through the planet almost without a trace.
The tenor sang the role of the duke at the premiere in Venice.
The sniper hid for two days in the ruins of the factory.
The goddess turned the weaver into a spider.
The parasite spends half of its life in a snail.
The treaty forbids the testing of nuclear weapons in the atmosphere.
The catalyst lowers the energy that the reaction needs.
The spice fleet rounded the cape and was lost in a cyclone.
The novel was banned for blasphemy and printed abroad.
The striker was sold to a club in Turin for a record fee.
The tribunal charged the colonel with crimes against humanity.
The queen bishop on the long diagonal decided the endgame.
Whales sing in dialects that drift across the ocean.
The virus slips its own genes into those of the host.
The pyramids were built by paid labourers and not by slaves.
The router drops packets when its buffer is full.
""".strip().splitlines()

_GERMAN = """
Zahnarzt
gebrauchtes Fahrrad kaufen
Vulkanausbruch auf Island
Wie lange muss ein Kuchen im Ofen bleiben?
Warum schnurren Katzen, wenn man sie streichelt?
Wann fährt heute Abend der letzte Bus?
Der Torwart hielt den Elfmeter kurz vor Schluss.
Meine Großmutter bewahrte ihre Knöpfe in einer Blechdose auf.
Das Gericht verurteilte ihn zu drei Jahren Haft.
Die Bauern klagen über die Dürre im Süden.
Sie lernte jeden Abend eine Stunde Geige.
Im Keller ist ein Rohr geplatzt, und die Heizung fiel aus.
""".strip().splitlines()

_FRENCH = """
boulangerie
billets de train pas chers
tremblement de terre
Pourquoi le ciel est-il bleu ?
Comment enlever une tache de vin sur un tapis ?
Qui a gagné la finale de la coupe ?
Le chat dort sur le radiateur tout l'hiver.
Les enfants ont construit un bonhomme de neige dans la cour.
La banque a relevé son taux d'intérêt pour la troisième fois.
Le musée expose des casques et des monnaies de l'époque romaine.
Elle portait une robe verte et les perles de sa mère.
Deux plongeurs ont retrouvé l'épave à quarante mètres de fond.
""".strip().splitlines()

_SPANISH = """
guitarra
receta de pan casero
alquiler de coches
¿Por qué suben los precios cuando hay demasiado dinero?
¿Cuántas cuerdas tiene un arpa?
¿Dónde puedo renovar mi pasaporte?
El tren para la costa sale del andén nueve.
Los lobos han vuelto a los bosques de la frontera.
La orquesta afinaba mientras el público buscaba su asiento.
El camión se averió en el puente y el tráfico se detuvo.
Nuestro vecino cría cabras y vende queso en el mercado.
El árbitro detuvo el combate en el cuarto asalto.
""".strip().splitlines()

_CHINESE = """
牙医
二手自行车
火山爆发
面包要烤多长时间？
为什么猫被抚摸时会打呼噜？
末班车几点开？
守门员扑出了点球。
奶奶把纽扣放在一个旧铁盒里。
法院判处他三年有期徒刑。
今年南方大旱，玉米歉收。
孩子们在院子里堆了一个雪人。
银行今年第三次提高了利率。
""".strip().splitlines()

_JAPANESE = """
歯医者
中古の自転車
火山の噴火
パンはどのくらい焼けばいいですか。
猫はなぜ喉を鳴らすのですか。
最終バスは何時に出ますか。
ゴールキーパーがペナルティーキックを止めた。
祖母は古い缶にボタンをしまっていた。
子どもたちは庭で雪だるまを作った。
銀行は今年三度目の利上げを行った。
""".strip().splitlines()

_RUSSIAN = """
зубной врач
купить подержанный велосипед
извержение вулкана
Почему кошки мурлычут, когда их гладят?
Как вывести пятно от вина с ковра?
Во сколько уходит последний автобус?
Вратарь отбил пенальти перед самым свистком.
Бабушка хранила пуговицы в старой жестяной коробке.
Суд приговорил его к трём годам тюрьмы.
Дети слепили во дворе снеговика.
""".strip().splitlines()

_ARABIC = """
طبيب أسنان
دراجة مستعملة للبيع
لماذا السماء زرقاء؟
متى تغادر آخر حافلة؟
من فاز في نهائي الكأس؟
نام القط على المدفأة طوال الشتاء.
رفع البنك سعر الفائدة للمرة الثالثة هذا العام.
بنى الأطفال رجلا من الثلج في الحديقة.
""".strip().splitlines()

_PORTUGUESE = """
consertar uma torneira
Quanto tempo o peru deve ficar no forno?
A seca arruinou a colheita de milho no sul.
O goleiro defendeu o pênalti no último minuto.
""".strip().splitlines()

_ITALIAN = """
biglietti per il teatro
Perché i gatti fanno le fusa?
La nonna teneva i bottoni in una vecchia scatola di latta.
Il treno per la costa parte dal binario nove.
""".strip().splitlines()

_TURKISH = """
ikinci el bisiklet
Kediler neden mırlar?
Banka bu yıl faizi üçüncü kez artırdı.
Çocuklar bahçede kardan adam yaptı.
""".strip().splitlines()

_HINDI = """
दंत चिकित्सक
आखिरी बस कितने बजे जाती है?
बच्चों ने आँगन में बर्फ का आदमी बनाया।
बैंक ने इस साल तीसरी बार ब्याज दर बढ़ाई।
""".strip().splitlines()

_KOREAN = """
중고 자전거
고양이는 왜 가르랑거리나요?
아이들이 마당에 눈사람을 만들었다.
은행이 올해 세 번째로 금리를 올렸다.
""".strip().splitlines()

OTHER_LANGUAGES = (
    _GERMAN,
    _FRENCH,
    _SPANISH,
    _CHINESE,
    _JAPANESE,
    _RUSSIAN,
    _ARABIC,
    _PORTUGUESE,
    _ITALIAN,
    _TURKISH,
    _HINDI,
    _KOREAN,
)
