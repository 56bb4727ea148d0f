/**
 * Common words that distinguish languages in Latin script from English: mainly function words and what people answer in
 * a word or two. Words shared with another language or with English may be in both lists; clitics end with an
 * apostrophe.
 */
export const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  french:
    'je tu il elle nous vous ils elles moi toi lui leur ne pas plus jamais rien que qui quoi quand comment ' +
    'pourquoi où est suis es sommes êtes sont étais était avoir ai as avons avez ont être fait faire le la les un ' +
    'une des du de et ou mais donc car dans sur sous avec sans pour par chez mon ma mes ton ta tes son sa ses ' +
    'notre votre ce cet cette ces ça cela très trop bien mal aussi encore toujours tout tous toute oui non merci ' +
    'bonjour bonsoir salut veux peux dois sais vais va aller dormir vivre peur seul seule triste aimer aime parce ' +
    "j' l' d' c' n' t' s' m' qu'",
  german:
    'ich du er sie es wir ihr mich mir dich dir uns euch ihm ihn ihnen nicht kein keine keinen nie nichts mehr ' +
    'sehr auch noch schon nur immer wieder und oder aber weil dass daß wenn ob als wie was wer wo warum ist bin ' +
    'bist sind seid war waren habe hab hast hat haben hatte werde wird werden kann kannst können muss will möchte ' +
    'soll der die das den dem des ein eine einen einem einer mein meine meinen dein sein seine für mit von zu zum ' +
    'zur bei nach aus auf über unter vor im am ja nein doch danke bitte hallo gut schlecht heute morgen leben ' +
    'schlafen angst allein traurig fühle geht',
  spanish:
    'yo tú tu él ella nosotros ellos ellas usted me te se lo la los las le les mi mis su sus nos un una unos unas ' +
    'el al del de y o pero porque que qué quien cuando cómo como dónde donde por para con sin sobre entre hasta no ' +
    'nunca nada más mas muy también tambien ya todo todos esto esta este eso es soy eres somos son está estoy ' +
    'estás están era fue ser estar he has ha hay tengo tiene tener quiero puedo puede hacer siento sí gracias ' +
    'buenos días adiós bueno mal triste solo sola miedo vivir dormir vida trabajo',
  portuguese:
    'eu tu você voce ele ela nós eles elas me te se lhe meu minha meus minhas teu seu sua um uma uns umas o os a ' +
    'as ao do da dos das no na nos nas de em e ou mas porque que quem quando como onde por para com sem sobre não ' +
    'nao nunca nada mais muito também tambem já tudo todos isso isto este esta é são sou estou está estava foi ser ' +
    'estar tenho tem ter quero posso pode fazer sinto sim obrigado obrigada olá ola bom mal triste sozinho sozinha ' +
    'medo viver dormir vida trabalho',
  italian:
    'io tu lui lei noi voi loro mi ti si ci vi lo la gli le il i un uno una del della dei delle al alla nel nella ' +
    'di da in con su per tra e o ma perché perche che chi quando come dove non mai niente nulla più piu molto ' +
    'anche ancora già tutto tutti questo questa quello è sono sei siamo siete era ero essere sto stai sta stanno ' +
    'ho hai ha abbiamo hanno avere voglio posso può devo fare sento sì grazie ciao buongiorno bene male triste ' +
    "solo sola paura vivere dormire vita lavoro mio mia miei l' un' c' dell' all' nell' d' quest'",
  polish:
    'ja ty on ona my wy oni mnie mi mną ciebie ci cię jego jej ich nas nam się sie nie nigdy nic już juz jeszcze ' +
    'bardzo też tez tylko i a ale albo bo że ze żeby jak co kto gdzie kiedy dlaczego czy jest jestem jesteś są był ' +
    'była było być byc mam masz ma mieć chcę chce mogę moge może moze muszę musze wiem w we z na do od po za przez ' +
    'dla przed pod o u to ten ta te tego tym mój moja moje twój swój tak dziękuję dzieki dzięki cześć dzień dobry ' +
    'dobrze źle smutny smutno sam sama boję żyć zyc spać spac życie praca',
  dutch:
    'ik jij je hij zij ze wij we jullie mij me jou hem haar ons hun niet geen nooit niets meer heel erg ook nog al ' +
    'alleen en of maar omdat dat als hoe wat wie waar waarom is ben bent zijn was waren heb hebt heeft hebben had ' +
    'word wordt kan kun kunt kunnen moet wil wilt zal de het een mijn jouw zijn voor met van naar bij uit op over ' +
    'onder in te om er ja nee dank bedankt alsjeblieft hallo goed slecht vandaag morgen leven slapen bang ' +
    'verdrietig voel gaat',
  swedish:
    'jag du han hon vi ni de mig dig sig oss er honom henne dem inte ingen inget aldrig mer mycket också bara och ' +
    'eller men för att som om hur vad vem var varför är var varit har hade kan kunde måste vill ska skulle en ett ' +
    'den det min mitt mina din sin med av till från på i under över efter ja nej tack hej bra dåligt idag imorgon ' +
    'leva sova rädd ensam ledsen känner mår',
  danish:
    'jeg du han hun vi de mig dig sig os jer ham hende dem ikke ingen intet aldrig mere meget også kun og eller ' +
    'men for at som om hvordan hvad hvem hvor hvorfor er var været har havde kan kunne må vil skal en et den det ' +
    'min mit mine din sin med af til fra på i under over efter ja nej tak hej godt dårligt leve sove bange alene ' +
    'ked føler',
  norwegian:
    'jeg du han hun vi de meg deg seg oss dere ham henne dem ikke ingen ingenting aldri mer mye også bare og eller ' +
    'men for å at som om hvordan hva hvem hvor hvorfor er var vært har hadde kan kunne må vil skal en et den det ' +
    'min mitt mine din sin med av til fra på i under over etter ja nei takk hei bra dårlig leve sove redd alene ' +
    'trist føler',
  finnish:
    'minä sinä hän me te he minun sinun hänen minua minulle en et ei emme eivät ole olen olet on oli olisi ollut ' +
    'ja tai mutta koska että jos kun kuin mitä mikä kuka missä miksi miten tämä se ne niin nyt vain myös aina enää ' +
    'koskaan mitään paljon hyvin kyllä joo kiitos hei moi voi voin haluan pitää täytyy elää nukkua yksin ' +
    'surullinen pelkään',
  czech:
    'já ty on ona my vy oni mě mi mně tě ti ho jí nás nám se si ne nikdy nic už jen jenom moc velmi také taky a i ' +
    'ale nebo protože že aby jak co kdo kde kdy proč je jsem jsi jsou byl byla bylo být mám máš má mít chci můžu ' +
    'můžeš může musím vím v ve z ze na do od po za pro před pod o u to ten ta ty tohle můj moje tvůj svůj ano jo ' +
    'děkuju děkuji ahoj dobrý dobře špatně smutný sám sama bojím žít spát život práce',
  slovak:
    'ja ty on ona my vy oni mňa mi ma teba ti ho ju nás nám sa si nie nikdy nič už len veľmi tiež a i ale alebo ' +
    'pretože že aby ako čo kto kde kedy prečo je som si sú bol bola bolo byť mám máš má mať chcem môžem môže musím ' +
    'viem v vo z zo na do od po za pre pred pod o u to ten tá tie môj moja tvoj svoj áno ďakujem ahoj dobre zle ' +
    'smutný sám sama bojím žiť spať život práca',
  hungarian:
    'én te ő mi ti ők engem nekem téged neki nem ne soha semmi már még csak nagyon is és vagy de mert hogy ha mint ' +
    'mit mi ki hol mikor miért van vagyok vagy vannak volt voltam lesz lenni kell akarok tudok tudom lehet a az ' +
    'egy ez meg igen köszönöm szia jó rossz egyedül szomorú félek élni aludni élet munka',
  romanian:
    'eu tu el ea noi voi ei ele mă ma te se îl il îmi imi îți mi ți nu niciodată nimic mai foarte și si sau dar ' +
    'pentru că ca să sa dacă când cum ce cine unde de este e sunt sînt ești era am ai are avem au avea vreau pot ' +
    'poate trebuie știu un o unei al ale cu din în la pe fără meu mea tău da mulțumesc multumesc bună salut bine ' +
    'rău trist singur singură frică trăi dormi viață viata muncă',
  turkish:
    'ben sen o biz siz onlar bana sana beni seni benim senin bizim değil degil yok var hiç hic artık artik çok cok ' +
    'daha da de ve veya ama çünkü cunku eğer gibi için icin ile ne kim nerede neden niye nasıl nasil bu şu bir her ' +
    'şey sey mi mı mu mü misin evet hayır hayir tamam teşekkürler merhaba selam iyi kötü kotu istiyorum ' +
    'istemiyorum yapamıyorum biliyorum bilmiyorum yaşamak yasamak uyumak hayat iş korkuyorum yalnız yalnızım ' +
    'üzgünüm uyuyamıyorum hissediyorum',
  indonesian:
    'saya aku kamu anda dia kami kita mereka tidak nggak gak bukan belum jangan sudah udah lagi juga saja aja ' +
    'sangat sekali dan atau tapi tetapi karena kalau bahwa yang ini itu apa siapa mana kapan kenapa mengapa ' +
    'bagaimana gimana ada adalah akan bisa harus mau ingin di ke dari untuk dengan pada oleh ya iya terima kasih ' +
    'makasih halo baik sedih takut sendiri sendirian hidup tidur kerja merasa',
  vietnamese:
    'tôi toi bạn mình em anh chị nó chúng không khong chẳng đừng đã đang sẽ rất lắm quá cũng và hoặc nhưng vì nếu ' +
    'thì là mà của cho với từ trong ngoài này đó gì ai đâu sao có được muốn phải cần biết một những các vâng dạ ' +
    'cảm ơn xin chào buồn sống ngủ chết mệt',
  croatian:
    'ja ti on ona mi vi oni mene me meni tebe te njega ga nju nas nam se ne nikad nikada ništa nista više vise još ' +
    'jos samo vrlo jako i a ali ili jer da kako što sto tko ko gdje gde kada kad zašto zasto je sam si smo ste su ' +
    'bio bila bilo biti imam imaš ima nemam hoću hocu želim zelim mogu može moze moram znam u na do od po za pre ' +
    'pred pod o to taj ta te moj moja tvoj svoj hvala bok dobro loše tužan tužna strah živjeti živeti spavati život',
  catalan:
    'jo tu ell ella nosaltres vosaltres ells em et es ens us el la els les un una uns unes del dels al als de i o ' +
    'però perquè que què qui quan com on per amb sense no mai res més molt també ja tot tots això aquest aquesta ' +
    'és soc sóc ets som són era ser estar estic està he has ha hem han tinc té vull puc pot fer sento sí gràcies ' +
    "bon bona adéu trist sol sola por viure dormir vida feina l' d' m' s' n'",
  tagalog:
    'ako ikaw ka siya kami tayo kayo sila ko mo niya namin natin ninyo nila akin iyo ang ng mga sa na ay at o pero ' +
    'kasi dahil kung kapag hindi wala walang huwag may mayroon meron ito iyan yan iyon ano sino saan kailan bakit ' +
    'paano lang din rin naman po opo oo salamat kumusta gusto ayaw kailangan buhay matulog malungkot takot',
  swahili:
    'mimi wewe yeye sisi nyinyi wao ni si na au lakini kwa ya wa za la cha vya kama nini nani wapi lini kwa nini ' +
    'hapana ndiyo ndio asante habari jambo sana tu pia sasa bado hii hiyo hili huyu nina sina nataka siwezi naweza ' +
    'ninahisi kuishi kulala maisha kazi peke yangu yako huzuni',
};

/**
 * English words, in addition to the stopwords, that identify English: frequent words of people who talk about
 * themselves, and short answers in a chat.
 */
export const ENGLISH_WORDS =
  'yes yeah yea yep yup nope ok okay oh ah um uh hmm mhm wow lol haha hahaha hey hi hello bye goodbye thanks thank ' +
  'thx ty please sorry sure right well great good fine bad sad happy glad nice cool true really very maybe perhaps ' +
  'also still even ever never always often sometimes already yet much many lot lots little bit more most less ' +
  'least one two three first last next new old big small long short high low best better worse worst same ' +
  'different hard easy able let get got getting go going gone come coming came make made making take took taking ' +
  'give gave giving keep kept put say said saying tell told talk talked talking speak ask asked know knew known ' +
  'think thought thinking feel felt feeling feelings like liked love loved hate want wanted wanting need needed ' +
  'try tried trying help helped helping work worked working job school college university class exam exams money ' +
  'home house family mom mum mother dad father parents sister brother son daughter kids children child wife ' +
  'husband boyfriend girlfriend partner friend friends boss people person someone somebody everyone everybody ' +
  'anyone anybody nobody something anything everything nothing thing things way time times day days today tonight ' +
  'tomorrow yesterday night week weeks month months year years life live living lived died death die alone lonely ' +
  'tired sleep sleeping stress stressed stressful anxious anxiety depressed depression scared afraid angry upset ' +
  'worried worry hurt pain cry crying broke break breakup relationship relationships problem problems issue issues ' +
  'situation started start stop stopped left leave lost lose find found see seen look looking looks sound sounds ' +
  'hear heard understand mean means happen happened happening would could should might must may shall cannot gonna ' +
  'wanna gotta us let see since though although because without around away back another every else quite pretty ' +
  'actually probably definitely absolutely exactly totally honestly currently welcome course hope wish guess ' +
  'believe remember forget start end long ago support advice chat guy man woman girl boy world covid pandemic yo ' +
  'hai hii hell u ya ur r im ive id ill dont cant wont didnt doesnt isnt wasnt thats whats its lets late here ' +
  'there now soon male female plus come fun hat man son pain dent sale pour tout met men test sort fort mine ten ' +
  'are an on at in art gift kind rock am pm tho bro dude omg idk btw tbh imo pls plz sm thru till star war era ' +
  'fare sole due per';
