/**
 * Everything about danger in a message stands in this file: what is looked for, what the banner says, which lines it
 * names. To change the feature, change the lists below; crisis.cases.ts holds the phrases it is tested with, and
 * docs/safety.md says what it is and is not.
 */

/** What a message may signal. */
export const CRISIS_KINDS = ['suicide', 'self-harm', 'overdose', 'harm-to-others', 'abuse'] as const;
export type CrisisKind = (typeof CRISIS_KINDS)[number];

/**
 * `danger`: the writer speaks of an own wish, plan or act, or of violence against them. `concern`: the subject is
 * there, as history, about another person, or denied. Both show the banner.
 */
export type CrisisLevel = 'none' | 'concern' | 'danger';

export interface CrisisSignal {
  level: CrisisLevel;
  kinds: CrisisKind[];
}

/*
 * The phrases. Words stand between spaces; `a/b` either; `_` a space inside an alternative; `w?` may be missing;
 * `kill~` any ending; `*` up to three and `**` up to eight words of one sentence; `+` one or two words; `$` the end of a sentence.
 * Case, apostrophes (dont = don't), accents and marks do not matter.
 */
interface Rule {
  kind: CrisisKind;
  level: Exclude<CrisisLevel, 'none'>;
  phrases: string[];
}

const MYSELF = 'myself/my_self/meself/myslef/mysefl/myselff';
const I_WANT = 'want/wanna/wnat/wanted/wantin/wanting/rather/ready/wish/hope/prefer/going/gonna/need/like/about/id/try/trying/tried';
const OTHER_SELF = 'himself/herself/themselves/themself/yourself/urself/hisself';
const PERSON =
  'he/she/they/hes/shes/theyre/who/someone/somebody/dad/father/stepdad/stepfather/mom/mum/mother/stepmom/stepmother/brother/sister/uncle/aunt/grandfather/cousin/husband/wife/hubby/partner/boyfriend/bf/girlfriend/gf/ex/roommate/boss/coworker/neighbor/neighbour/teacher/parents/man/guy/date';
const VICTIM =
  'him/her/them/you/someone/somebody/everyone/everybody/people/anyone/my_dad/my_father/my_mom/my_mum/my_mother/my_brother/my_sister/my_husband/my_wife/my_ex/my_boss/my_boyfriend/my_girlfriend/my_partner/my_neighbor/my_neighbour/my_coworker/my_teacher/my_family/my_parents/my_kids/my_baby/my_child/my_roommate/my_newborn/my_infant/my_son/my_daughter/my_kid/my_sons/my_daughters/my_classmates/my_coworkers/my_neighbors/my_uncle/my_stepdad/my_stepfather/him_and/the_baby/that_man/that_woman/that_guy/others';
const TO_KILL = 'kill/murder/shoot/stab/strangle/poison/choke/burn';

const RULES: Rule[] = [
  {
    kind: 'suicide',
    level: 'danger',
    phrases: [
      `kill/killing/killed/kil/kll/killin/hang/hanging/shoot/shooting/drown/drowning/poison/poisoning/unalive/unaliving/suffocate/end/ending ${MYSELF}`,
      'kms', `want/wanna/gonna/going/offing/should/could/might to? off ${MYSELF}`, `offing ${MYSELF}`, 'suicidal/sucidal/suicdal', 'my suicide/sucide', 'commit/committing/comitting/commiting suicide/sucide/suicde/suiside',
      'suicide/sucide note/letter/plan', 'sewerslide/sewer_slide',
      `i/im/ill/id/ive ${I_WANT} so/just/really/to/too/only/badly/actually/literally? so/just/really/to/too/only/be? to? die/dead`,
      `i/im/id just? really/literally/honestly/only? ${I_WANT} + to die`, 'just wanna/want to? die', 'wanna die',
      'i/me should/deserve/deserved/ought just? to? die/be_dead', 'i deserve death', 'i should be dead',
      `${I_WANT}/would/better/easier/best/should to? just? be dead`, 'better off dead', 'wish i was/were/am dead/gone',
      'wish i wasnt/werent/was_not/were_not/wasnt_even alive/here/born/around', 'wish i had/hadnt/never/was/were ever/never/been/not? been? ever/been? born',
      `${I_WANT}/could/would not/never/dont? go_to_sleep/fall_asleep/sleep and? never/not wake_up`, 'never/not/dont/didnt/wont want/wanna/have/ever? to? wake_up/waking_up again/anymore/tomorrow/any_more/ever/$',
      'hope/wish/pray/prayed i? dont/never/didnt/would_not/wouldnt/wont wake_up',
      'end/ending/ended/take/taking/took/taken my own? life/existence', 'end it all', 'ending it all', 'end everything $',
      `${I_WANT}/just/thinking/thought/think of/about? to? just? end/ending it $`, 'end my/the/this pain/suffering/misery for_good/forever/permanently?',
      'no/any/see_no reason/point/purpose to/in/of/for go_on/going_on/carry_on/live/living/being_alive/staying_alive/existing/being_here',
      'life/it/lifes is/isnt/not/is_not/is_no/aint no_longer/not/really/even? worth living', 'not/isnt/aint/nothing worth living', 'nothing left? to live for', 'have/got nothing/no_one/nobody to live for',
      'dont/do_not/cant/cannot/no_longer/didnt/doesnt/not/never want/wanna/wish/bear/feel_like to? live/exist/be_alive/living/existing anymore/any_more/on/any_longer/like_this/$',
      'dont/do_not/didnt/no_longer/not want/wanna to? be here/alive anymore/any_more/any_longer', 'dont/do_not/didnt/no_longer/not want/wanna to? be alive', 'tired/sick/done of/with being_alive/living/life $', 'done with life/living', 'had enough of life',
      'everyone/everybody/family/kids/children/they/theyd/world/people/parents/husband/wife/you/youd + better off if/without/with me/i/out_me', 'better off if i am/was/were/wasnt/werent/werent_here/died/disappeared/just',
      'least painful way/ways', 'easiest/quickest/painless/fastest/best/easy/quick/simple way/ways/method/methods + to + die/kill/go_out/suicide/kill_myself', 'painless way/ways/death', 'how many pills/tablets/tylenol/paracetamol', 'how much * to/would * die/kill/lethal/fatal/overdose', 'lethal/fatal dose/amount',
      'jump/jumping/jumped/throw_myself/leap off/from/in_front/under/out of? a/the/my/this/that? bridge/building/roof/train/cliff/balcony/ledge/tower/window/overpass/bus/car/traffic',
      'step/walk/run/walking/stepping/drive/drove/driving/steer/swerve/crash/crashing * in_front_of/into/off a/the/oncoming? oncoming? bus/train/car/traffic/truck/tree/bridge/cliff/wall',
      'slit/slitting/slash/slashing/cut/cutting my wrist~/throat/veins', 'gun/pistol/bullet * my head/mouth/brain', 'it/barrel to/in/against my head/temple/mouth', 'blow my brains', 'noose', 'rope around my neck',
      'this is/will_be my? goodbye/last_message/last_day/last_night $/on_earth/alive', 'write/wrote/writing my/a? goodbyes/goodbye_letter~/goodbye_note~/last_goodbye', 'goodbye cruel? world', 'goodbye forever',
      'planning/plan/planned/decided to? how/when/on? to? ill? i? end_it/end_my/kill_myself/die', 'wont be here/alive/around tomorrow/much_longer/anymore/next_week/for_long', 'wont have to deal/worry * about? me * longer/anymore',
      'not/dont_feel/never/isnt safe with/from/around/by/alone_with myself', 'dont trust myself alone/to_be_alone/tonight/not_to',
      'cant/cannot/dont_want_to/dont_wanna/couldnt/not/no_longer go/keep/carry/keep_on going/on/living like_this/anymore/any_more/any_longer/living/$', 'cant live like_this/anymore/any_more/with_this/another', 'giving up on life/living', 'give up on life/living', 'ready to go/leave this world/life/earth', 'leave this world/earth', 'disappear forever/for_good', 'if i just? didnt/didnt_even/wasnt/werent/no_longer/did_not/was_not just? exist/here/existing/around/alive', 'nobody/noone/no_one/anyone/who would? even? notice/care/cares/miss_me/care_about_me if/when i was/were/am/just/had? gone/died/die/dead/disappeared/disappear/vanished/exist', 'point/reason/purpose of/in/to/for living/life/existing/being_alive/go_on/going_on/being_here $/anymore/like_this/if/when', 'pills/rope/gun/knife/blade/razor ready/next_to_me/in_my_hand/in_front_of_me', 'have/got/bought a/the rope/gun/noose $', 'if i was/were/am/just/had/ever? just/already? dead/died', 'happier/easier/relieved/glad/better if i was/were/wasnt/werent just/not/all? gone/dead/died/here/around/disappeared', 'cant/cannot/dont_think_i_can/not_sure_i_can/dont_know_if_i_can/how_much_longer_i_can * keep_living/go_on_living/stay_alive/keep_existing/stay_here/keep_going $/with/like/much/anymore/for', 'end/ending things/it/everything for_good/permanently/forever/myself', 'way/ways to end it/things/everything/my', 'id/to/would/and never/not exist/have_existed', 'tie/tying/tied/buy/buying a/the? noose', 'cease to exist', 'stop existing', 'six feet under',
    ],
  },
  {
    kind: 'suicide',
    level: 'concern',
    phrases: [
      'suicid~', 'sucide/suicde/suiside/suicied/suacide', 'su1cide', `kill/killing/killed/hang/hanged/hung/shot/unalive/shoot ${OTHER_SELF}`,
      'kys', 'took/take/taking/ended/end/ending his/her/their own? life/lives', 'dont/do_not/didnt want/wanna to? die', 'afraid/scared/worried he/she/they + die/kill~ $',
      'deserve/deserves/deserved to? live/die/be_alive/be_dead/to_live/to_die', 'i/im am? still alive', 'being/be alive', 'want/wish/could to? sleep forever', 'say/saying/said my goodbyes', 'if/when im/i_am/ive dead/died/gone', 'walk/walking/swim/swimming into/out the/to? ocean/sea/river/lake and', 'about to jump $/when/off/from', 'gave/give/given/giving away all? my things/stuff/belongings/possessions', 'hate/hated being alive/here', 'hate living', 'and/to/just/i die $', 'join/joining/be_with/with my dead/late', 'join/joining/see/seeing him/her/them/my in heaven/death/the_afterlife/on_the_other_side', 'i/im/ill/id am? going/gonna/want/wanna/will/have/need to? just? end things $/tonight/today/soon/now/myself', 'hope/hopes/hoping/wish/wishes/wishing/pray ** hit/hits/kill/kills/shoot/shoots/runs_over/run_over/takes/take me $/on/in/away/dead/and/tonight', 'someone/somebody/anyone would/could/please/just? just/please? shoot/kill me', 'please/just kill/shoot me', 'after/when/once im/i_am/ive/i_have gone $/and/tell/please/they/take/everyone', 'think/thinking/thought/dream~ of/about jumping $/off/from', 'cant/cannot/couldnt take it/life/living/this_life anymore/any_more/any_longer', 'life is/has/feels/isnt no/completely/totally/so? meaning/purpose/meaningless/pointless/worthless', 'burden to/on everyone/everybody/my_family/my_kids/my_parents/my_wife/my_husband/my_friends/them/others/the_world', 'why am i still/even here/alive', 'cant/cannot see a/any future/way_out',
      'crawl/crawling/curl/curling/lie/lay * and die', 'unalive', 'he/she/they/who/friend/brother/sister/son/daughter/child want/wants/wanted/wanting to? be? die/dead', 'better off without me', 'death wish', 'thoughts/thinking/think/thought/obsessed/fantasi~/dream~ of/about/with my_own/dying/death/ending_things/ending_it/being_dead/not_being_here/not_existing', 'no will to live', 'lost * will to live',
    ],
  },
  {
    kind: 'self-harm',
    level: 'danger',
    phrases: [
      `cut/cutting/cuts/harm/harming/harmed/hurt/hurting/hurts/burn/burning/stab/stabbing/injure/injuring/scratch/scratching/bruise/bruising/slash/punish/punishing/starve/starving/punch/punching/hit/hitting/slap/slapping/choke/choking ${MYSELF}`,
      'self harm~/injur~/mutilat~/abuse', 'selfharm~/selfinjury', 'urge/urges/want/wanna/started/start/relapse/relapsed/back/been/stop/addicted with/on/of? to/into? cutting again/$', 'cutting is/helps/helped/makes/made/calms', 'pull/pulled/took/got/get/getting out the/my/a razor/razors/blade/blades', 'burn/burning/burned/cut/cutting/scratch my own? arm/arms/wrist/wrists/thigh/thighs/legs/skin with', 'cutting again', 'clean/free from/of cutting/self_harm/burning', 'pick/picking/picked up the/a/my blade/razor', 'hit/hits/hitting/punch/punching/slap/slapping/pull/pulling my own? head/face/legs/thighs/hair until/again/when/because/to_feel/$', 'hit/hitting/punch/punching my own head/face/legs/thighs', 'blade/razor * skin/wrist', 'relapsed and cut/cutting/burned/hurt', 'until/till i/it/they/im + bled/bleed/bleeds/bleeding/numb', 'until i/it/they bled/bleed/bleeds',
      'razor/blade/knife/scissors/lighter * my/own arm/arms/wrist/wrists/skin/thigh/thighs/leg/legs', 'cut/cutting/carve/carving/burn/burning my? own? arm/arms/wrist/wrists/skin/thigh/thighs/legs on_purpose/again/to_feel/$',
      'make/making/made/force/forcing myself/my_self to? throw_up/vomit/puke/be_sick/throwing_up', 'bang/banging/hit/hitting/smash/smashing my head against/on/into/in',
    ],
  },
  { kind: 'self-harm', level: 'concern', phrases: ['carve/carved/carving ** into/in/on my arm/arms/skin/leg/legs/thigh/thighs/wrist/stomach', 'havent/hasnt/stopped/quit/almost/stop/wanted/want i? to? cut/cutting in/for/since/$/again', 'hold/held/holding my ** candle/flame/fire/stove/lighter ** until/blister~/burned/hurt', 'urge/urges to/of cut/burn/cutting/burning', 'scars on my arms/wrists/legs/thighs/arm/wrist', `cut/cuts/cutting/harm/harms/harming/hurting/burns/burning/starving ${OTHER_SELF}`, 'cutter', 'anorexi~/bulimi~'] },
  {
    kind: 'overdose',
    level: 'danger',
    phrases: [
      'i/im/ill/ive/id/me/my/to/want/wanna/going * overdos~/od/oded/oding', 'take/took/taking/taken/swallow/swallowed/swallowing/eat/ate/eaten/down/downed all/too_many/a_bunch/a_handful/a_lot/every/the_whole/a_whole/whole/lots of? my/the/these/those/them? my/the/these? sleeping/pain/anxiety/heart/blood/leftover? bottle/pack/box/pills/pill/tablets/meds/medication/medicine/antidepressants/xanax/tylenol/paracetamol/ibuprofen/aspirin/painkillers/valium/insulin',
      'of/about/to od/oding', 'take/took/taken/taking/swallow/swallowed/swallowing/mixed/ate/down/downed/downing all/too_many/a_bunch/a_handful/a_lot/lots/everything/the_whole/a_whole/a_fistful of? * pills/tablets/meds/medication/antidepressants/painkillers/sleeping_pills', 'mix/mixed/mixing * pills/meds/antidepressants/painkillers * alcohol/vodka/whiskey/wine', 'took/taken/swallowed/take [1-9][0-9]{1,3}/ten/twelve/fifteen/twenty/thirty/forty/fifty of? my/the/these? pills/tablets/tylenol/paracetamol/ibuprofen/aspirin/xanax/painkillers/sleeping_pills/capsules', 'too many/much pills/tablets/sleeping_pills/xanax/tylenol/paracetamol/insulin', 'pills and? want/wanna * die', 'drink/drank/drinking/swallow/swallowed bleach/antifreeze/poison/drain_cleaner',
      'are overdoses/overdosing painful', 'does overdosing hurt', 'take all of? my/the/these pills/meds/tablets',
    ],
  },
  { kind: 'overdose', level: 'concern', phrases: ['swallow/swallowing/take/taking/drink/drinking everything/anything/whatever ** cabinet/cupboard/medicine/pills/bottle', '[1-9][0-9]{1,3}/handful/fistful/bottle of? pills/sleeping_pills/tablets/xanax/painkillers', 'overdos~', 'od/oded/oding on'] },
  {
    kind: 'harm-to-others',
    level: 'danger',
    phrases: [
      `want/wanna/wanted/going/gonna/plan/planning/ready/urge/urges/tempted/decided/could/might/will/ill/id/gotta/should/about/thoughts/thinking/thought/fantasize/fantasizing/feel_like/feeling_like of/about? just/really/to/literally/actually? just/to/really? ${TO_KILL}/killing/murdering/shooting/stabbing/strangling/poisoning ${VICTIM}`,
      `want/wanna/going/gonna/plan/planning/ready/urge/urges/tempted/might/could/thoughts/thinking of/about? just/really/to? to? seriously/really/physically/badly? hurt/harm/hurting/harming/attack/beat_up/bash ${VICTIM}`,
      'shoot up/upp the/my/a/this? school/office/workplace/place/mall/church/work', 'bring/bringing/take/taking a/my/the gun/knife/weapon to school/work/class/the_office/church', 'homicidal', `beat/beating/choke/choking/stab/stabbing/strangle/strangling ${VICTIM} to death`, `about/going/gonna/want/ready/will ** and hurt/kill/stab/shoot/beat/beat_up/attack ${VICTIM}`, `urge/urges/impulse/impulses/thoughts/desire/voices to/of/telling_me_to/about hurt/harm/kill/hurting/harming/killing/stab/stabbing/shoot/shooting/strangle/strangling ${VICTIM}`, `could/would/gonna/will/ill kill ${VICTIM}`, 'want/wanna/going/gonna/could/will/ill * burn/set * house/place/school/office/building/apartment down/on_fire', 'blow up the/my/a/this school/office/building/place/mall/church', 'get/getting/grab/have/got/buy/bought a/my/the? gun/knife and * kill/shoot/stab/make_them/end/pay/going/gonna',
      'shake/shook/shaking/smother/drown the/my baby', `afraid/scared/worried/fear/terrified ill/i/im_going/i_will/i_might/that_i * hurt/harm/kill/hit/shoot/stab ${VICTIM}`, 'hit/hitting/beat/beating/slap/slapped/hurt my baby/kids/kid/child/children/son/daughter/wife/girlfriend', 'want/wanted/wish/hope/wishing/wants him/her/them/my_+ and? her/him/them? to? die/dead/suffer', 'i will/ill make him/her/them pay for/$',
    ],
  },
  {
    kind: 'harm-to-others',
    level: 'concern',
    phrases: [
      'want/wanna/going/gonna/plan/planning/urge/ready/tempted/will/ill to? just/really/to? hurt/harm/kill/murder/stab/shoot/attack/strangle/poison the/those/these/all/every/that the? people/men/women/kids/students/guys/ones/bullies/bully/family/neighbors/boss/teacher/man/guy/woman/girl/boy/person/bastard/one',
      'snap/lose_it/lose_control and hurt/stab/hit/shake/kill/shoot', 'he/she/they/him/her/them/boss/ex deserve/deserves to die', 'revenge ** kill/hurt/blood/die', 'make them all? pay/suffer/bleed',
    ],
  },
  {
    kind: 'abuse',
    level: 'danger',
    phrases: [
      `${PERSON} ** hit/hits/hitting/beat/beats/beating/beaten/punch/punches/punched/punching/slap/slaps/slapped/slapping/choke/chokes/choked/choking/strangle/strangles/strangled/strangling/kick/kicks/kicked/kicking/shove/shoves/shoved/burned/burns/stabbed/raped/rapes/molests/molested/assaulted/assaults/assaulting/attacked/hurts/whipped/pushes_me_around/grabs/grabbed/abuses/abused/abusing/touches/touched me/us/me_sexually/my_kids`,
      'got/get/getting/was/been/being/am/im hit/beaten/punched/choked/strangled/slapped/raped/molested/assaulted/abused/sexually_assaulted/sexually_abused/stalked/trafficked/kicked by', 'i was/got/am/been/have_been raped/molested/abused/assaulted/stalked/trafficked/kidnapped', 'raped/raping/molested/molesting/groped me',
      'beats/beat/hits/choked/chokes/punches/punched/slaps/slapped/kicked/kicks/strangled/hurts me when/if/every/again/because/and/until/so/up/almost/with/last/yesterday/today/tonight/in_front/$',
      `${PERSON} * threat~/said/says/going/gonna/will/wants/want/tried/trying/tries/swore/might to? he/she/they? is/ll/will/would/hell/shell/was/were/to? to? gonna/going? to? kill/hurt/shoot/stab/beat/hit/murder/rape me/us/my_kids/my_children/my_family`,
      'threat~ to kill/hurt/shoot/stab/beat/hit/rape/burn', 'threat~ me/us with/and/again/every/at/$', 'threat~ my life/family/kids/children', 'death threat~',
      'afraid/scared/terrified/fear/frightened/worried of? for? that? to? my/he/she/they/him/her/go/going/be/being + life/kill_me/hurt_me/hit_me/home/at_home', 'scared/afraid/terrified/frightened of my? husband/boyfriend/partner/ex/dad/father/stepdad/mom/mother/brother/wife/girlfriend/uncle', 'afraid/scared to go/be/come/stay home/at_home/in_my_house', 'not_safe/dont_feel_safe/unsafe/isnt_safe/never_felt_safe/never_feel_safe at/in/with home/my_own_home/my_house/my_home/him/her/this_house/my_husband/my_partner/my_boyfriend', 'fear for my life/safety/kids', 'my life is in danger', 'im/i_am/were/we_are/kids_are/children_are in danger right_now/from/$', 'locked/locks/keeps/kept/traps/trapped me in/inside/out/up/locked_in my/the/a/his/her/our? room/basement/house/bedroom/closet/bathroom/here/car/apartment', 'wont/doesnt/not let/letting me leave/out/go the/my/home/house/$', 'held/holding/hold me * against/hostage/at_gunpoint/at_knifepoint/captive', 'at gunpoint/knifepoint', 'pulled/pulls/pointed/held a knife/gun on/at/to', 'stalking/stalks/following/follows/stalked me/us', 'i have a stalker', 'throws/threw/throwing things/stuff/plates/bottles/objects/dishes/glasses at me', 'scared/afraid/terrified/frightened of him/her/them $', 'he/hes/she/shes/they/theyre/man/someone/ex/guy/stranger + outside my/our house/door/window/apartment', 'trying/tried/tries to get/break in/into $/my/our/the', 'broke/broken/breaking/breaks into my/our house/apartment/home/room/flat', 'find/hunt/coming/come/looking + and/to? kill/hurt me/us', 'will/would/gonna/going_to kill me/us if/when/for/and/one_day/someday/tonight', 'breaking/broke/breaks/kicking/kicked/banging/pounding * the/my/down/in/on the/my? door', 'hiding in/from + from? him/her/them/bathroom/closet/husband/dad/boyfriend/because', 'keeps/keep/kept/started/tried/stop/always touching/grabbing/groping/to_touch/to_grab me', `push/pushed/pushes/pushing/shoved/shoves/threw/throws/dragged/drags/slammed/slams/grabbed/grabs/pinned me down/against/into/across/onto/to/by the/a/my? stairs/wall/floor/ground/hair/throat/neck/arm/bed/table/door`, 'im/i_am/were/we_are not safe $/here/there/now/tonight/with/anymore/at', 'throw/threw/throws/throwing ** at my head/face', 'forced/forces/forcing himself/herself/themselves on/onto/into me', 'threat~ ** hurt/kill/rape/shoot/post/leak/share/nudes/photos/pictures', 'blackmail~ me', 'dont/never/not/doesnt/didnt/cant/havent/hardly feel/felt safe with/around/near/alone_with/living_with him/her/them/my/dad/mom', 'forces/forced/forcing/made/makes me to? have/do/into sex/sexual~',
    ],
  },
  {
    kind: 'abuse',
    level: 'concern',
    phrases: ['abus~', 'domestic violence/abuse', 'rape/raped/raping/rapist', 'molest~', 'sexual/sexually assault~/abus~/harass~', 'violent husband/wife/partner/boyfriend/girlfriend/ex/father/dad/relationship/home/man', 'got/gets/get/getting/became/becomes/turns/turned/being/is physically? violent', 'domestic/physical violence', 'stalker', 'beat/beats/beating my/his/her mother/mom/mum/sister/brother/wife/kids/her/up', 'hits/beats/strikes my/his/her mother/mom/mum/sister/brother/kids/wife', 'threat~ to * me', 'trafficked', 'safe house', 'womens shelter', 'restraining order'],
  },
];

/** Everyday uses of the same words. They are taken out before anything is looked for. */
const HARMLESS: string[] = [
  'die/died/dying/dead of/from/with laughter/laughing/boredom/embarrassment/embarassment/curiosity/anticipation/excitement/cringe/heat/thirst/hunger', 'die/died/dying laughing', 'is/are/was/were/look/looks/smells/tastes to die for', 'dying to/for see/know/meet/try/hear/get/find/tell/go/read/watch/eat/a/some/the/my/this', 'do or die', 'glad/happy/lucky/grateful/good/great/blessed/thankful/proud to be alive', 'id/ill/would/could die $', 'live and let die', 'alive and well/kicking', 'die hard', 'habits die', 'die on this/that hill', 'phone/battery/car/laptop/computer/internet/plant/plants/engine/watch/tablet * die/dying/dead/died', 'hit/hits/hitting/struck/killed/run_over by a/an/the/some car/truck/bus/train/drunk_driver/vehicle/ball/bill/wave', 'hit/hits/hitting/bumped/banged my head on/against a/the/my? cabinet/door/ceiling/shelf/table/desk/car/beam', 'it/that/this/knee/back/arthritis/he/she/they hurts me so/a_lot/deeply/when_she/when_he/that/to/$', 'hurts me $/that/to/so/deeply/emotionally/how', 'grab/grabs/grabbed me a/an/some/something/lunch/coffee/dinner/breakfast', 'job/economy/company/business/career/market is in danger', 'no_one/nobody/dont wants/want her/him/them to die', 'die of old_age/natural_causes/cancer/covid',
  'kill/killing/kills/killed two birds', 'kill/killing/killed/kills some/the/my/free/a? time/mood/vibe/buzz/lights/engine/motivation/confidence/weeds/bugs/spider/spiders/mosquito/mosquitoes/germs/bacteria/hour/process/fun/joy/romance/dream/dreams', 'kill/killing/killed it/them at/in/on/with_kindness/today', 'kill for a/some/one', 'killer', 'dressed to kill', 'kill myself laughing', 'killing myself laughing/with_laughter',
  'my/mom/mum/mother/dad/father/parents/boss/wife/husband/teacher/editor/roommate/coach/sister is/are/will/would/ll/gonna/going so? going/gonna? to? kill me', 'shoot/shot/shooting myself in the foot', 'stab/stabbed/stabs/stabbing me/him/her/them/us/people in the/their back/backs', 'shoot me/him/her/them/you/us an/a email/message/text/mail', 'shoot/shooting the breeze/hoops', 'hang/hanging out/up/on/around/in_there', 'hang myself up', 'jump/jumping/jumped to/into/at/on/in/the/off conclusions/bed/work/conversation/train/bandwagon/gun/chance/opportunity/ropes/rope/the_topic/topic/a_cold', 'under the gun', 'top/big guns', 'glue/nail/massage/water gun',
  'hurt/hurts/hurting/hurtin his/her/their/your/my/someones/anyones/peoples/everyones/each_others feelings/chances/grade/grades/back/knee/leg/ankle/wrist/shoulder/foot/pride/ego/wallet/career', 'hurt/hurting/injure/injured/cut/burn/burning/burned/burnt/scratch/scratched/cutting/hit/bruise/bruised myself * gym/work/shaving/cooking/chopping/slicing/stove/oven/running/playing/lifting/exercising/training/skiing/football/soccer/basketball/hiking/bike/paper/tripping/by_accident/accidentally/coffee/soup/iron/knee/toe/fall/fell',
  'cut/cutting my/his/her/the/down/back/out/off/me/it hair/losses/salary/pay/hours/nails/teeth/budget/spending/lawn/grass/expenses/some_slack/short/lunch/on/off/out', 'cut/cutting myself some/off/short/a', 'beat/beating/beats/beaten me/us/him/her/them at/in/to/by/on chess/it/tennis/cards/poker/games/game/the/a/scrabble/racing/mario_kart/golf', 'beat/beating around the bush', 'beat/beating a dead horse', 'beat/beating myself up', 'hit/hits/hitting me/us * like/that/hard/up/all', 'hits/hit me with a/the bill/question/news/idea/invoice', 'it/that/this/reality/depression/grief/anxiety/news/sadness/realization/idea/then/just/never/finally hit/hits me/us',
  'punch/punched/kick/kicking/kicked myself for/that', 'kick/kicked/kicks/kicking me/us out/off/from', 'throw/threw/throws a party/toy/ball/pillow/snowball/fit/tantrum', 'touched/touches me * heart/deeply/moved/story/song/kindness', 'suicide squad', 'career/political/social/commercial/financial/professional suicide', 'suicide/suicides sprints/drill/drills/squeeze', 'drug/drugs/alcohol/substance/power/painkiller/prescription/opioid abus~', 'abus~ drugs/alcohol/substances/power/prescription/pills/opioids/the_system/his_power/her_power', 'overdos~/od/oded/oding on/of chocolate/sugar/cuteness/cute/coffee/caffeine/netflix/christmas/tv/candy/cookies/pizza/ice_cream/vitamin/carbs/cheese/turkey/food/reality/cat', 'drown/drowning myself in work/books/music/homework/coffee/tea/ice_cream/netflix', 'end it here/there/with/by/now/today/on/the/this', 'end it/things with him/her/them/my', 'drive me/us/him/her up_the_wall/crazy/nuts/insane', 'run/ran/bump/bumped/crash/crashed into an?/a? old? friend/friends/problems/trouble/issues', 'violent/violence movies/movie/games/game/storm/weather/film/films', 'murder/murdered/murdering my/the/that/this/a song/exam/bank/wallet/diet/steak/backlog', 'murder mystery/mysteries/podcast/podcasts/she_wrote', 'get/got away with murder', 'dead end/line/lift/lifts/pan/tired/serious/silent', 'threat~ to rain/quit/leave/fire/resign/snow/cancel/close', 'stop/stopped following me on', 'following/follow/follows me on/around_the_house/back', 'dont want to live with/in/near/at/there/alone/without/here/together/off', 'dont want/wanna to? be here all_day/all_night/for/at/right_now/when/until', 'tired/sick of living with/in/at/here/alone/paycheck/out',
];
/** Words that turn a wish around when they stand up to three words before it. */
const NEGATION = /(?: (?:never|not|dont|wouldnt|wont|didnt|isnt|arent|nobody|cant|couldnt))(?: [a-z0-9]+){0,3}$/;

/** One service that a person in danger can reach. */
export interface CrisisLine {
  region: string;
  name: string;
  /** What to call, text or open, as people write it. */
  contact: string;
  href: string;
  /** The page of the service that gives this contact. */
  source: string;
  /** When this entry was written down. */
  recorded: string;
}

const line = (region: string, name: string, contact: string, href: string, source: string): CrisisLine => ({
  region, name, contact, href, source, recorded: '2026-11-24',
});

export const CRISIS_LINES: readonly CrisisLine[] = [
  line('Europe', 'Emergency services', '112', 'tel:112', 'https://digital-strategy.ec.europa.eu/en/policies/112'),
  line('UK', 'Emergency services', '999', 'tel:999', 'https://www.gov.uk/guidance/999-and-112-the-uks-national-emergency-numbers'),
  line('US and Canada', 'Emergency services', '911', 'tel:911', 'https://www.911.gov'),
  line('Australia', 'Emergency services', '000', 'tel:000', 'https://www.triplezero.gov.au'),
  line('New Zealand', 'Emergency services', '111', 'tel:111', 'https://www.police.govt.nz'),
  line('US', '988 Suicide & Crisis Lifeline', 'Call or text 988', 'tel:988', 'https://988lifeline.org'),
  line('Canada', '9-8-8 Suicide Crisis Helpline', 'Call or text 988', 'tel:988', 'https://988.ca'),
  line('UK and Ireland', 'Samaritans', '116 123', 'tel:116123', 'https://www.samaritans.org'),
  line('Australia', 'Lifeline', '13 11 14', 'tel:131114', 'https://www.lifeline.org.au'),
  line('New Zealand', '1737 Need to talk?', 'Call or text 1737', 'tel:1737', 'https://1737.org.nz'),
  line('India', 'Tele-MANAS', '14416', 'tel:14416', 'https://telemanas.mohfw.gov.in'),
  line('Germany', 'TelefonSeelsorge', '0800 111 0 111', 'tel:08001110111', 'https://www.telefonseelsorge.de'),
  line('Austria', 'TelefonSeelsorge', '142', 'tel:142', 'https://www.telefonseelsorge.at'),
  line('Switzerland', 'Die Dargebotene Hand', '143', 'tel:143', 'https://www.143.ch'),
  line('France', 'Numéro national de prévention du suicide', '3114', 'tel:3114', 'https://3114.fr'),
  line('Spain', 'Línea 024', '024', 'tel:024', 'https://www.sanidad.gob.es/linea024'),
  line('Netherlands', '113 Zelfmoordpreventie', '113', 'tel:113', 'https://www.113.nl'),
  line('Brazil', 'CVV', '188', 'tel:188', 'https://cvv.org.br'),
  line('South Africa', 'SADAG suicide crisis line', '0800 567 567', 'tel:0800567567', 'https://www.sadag.org'),
  line('Singapore', 'Samaritans of Singapore', '1767', 'tel:1767', 'https://www.sos.org.sg'),
  line('South Korea', 'Suicide prevention line', '109', 'tel:109', 'https://www.129.go.kr/109'),
];

/** The directory for every other country. */
export const CRISIS_DIRECTORY: CrisisLine = line(
  'Every country', 'Find A Helpline', 'findahelpline.com', 'https://findahelpline.com', 'https://findahelpline.com',
);

/** What the banner says. It comes above the reply and does not replace it. */
export const CRISIS_TEXT: Record<Exclude<CrisisLevel, 'none'>, { heading: string; body: string }> = {
  danger: {
    heading: 'You do not have to carry this alone',
    body: 'What you wrote sounds very hard, and you may not be safe right now. A program cannot keep you safe, but people can. If you or someone else is in danger, call an emergency number. To talk with someone at any hour, call or text one of these lines.',
  },
  concern: {
    heading: 'If this is about you or someone close to you',
    body: 'Trained people listen at any hour, free or at low cost, and you need no special reason to call. A program cannot do that. If someone is in danger now, call an emergency number.',
  },
};

interface Pattern {
  kind: CrisisKind;
  level: Exclude<CrisisLevel, 'none'>;
  expression: RegExp;
}

const PATTERNS: Pattern[] = RULES.flatMap(({ kind, level, phrases }) =>
  phrases.map((phrase) => ({ kind, level, expression: compile(phrase) })),
);
const IDIOMS = HARMLESS.map(compile);

/**
 * Looks for signs of danger to the writer or to others in an English message. Pure and linear in its length.
 *
 * ```ts
 * detectCrisis('I want to die').level; // 'danger'
 * detectCrisis('This commute is killing me').level; // 'none'
 * ```
 */
export function detectCrisis(message: string): CrisisSignal {
  let text = plainWords(message);
  for (const idiom of IDIOMS) text = text.replace(idiom, ' ~');
  const levels = new Map<CrisisKind, CrisisLevel>();
  for (const { kind, level, expression } of PATTERNS) {
    if (levels.get(kind) === 'danger') continue;
    for (const match of text.matchAll(expression)) {
      const negated = NEGATION.test(text.slice(Math.max(0, match.index - 60), match.index));
      if (negated && kind === 'harm-to-others') continue;
      if (levels.get(kind) !== 'danger') levels.set(kind, negated ? 'concern' : level);
    }
  }
  const kinds = CRISIS_KINDS.filter((kind) => levels.has(kind));
  const level = kinds.length === 0 ? 'none' : [...levels.values()].includes('danger') ? 'danger' : 'concern';
  return { level, kinds };
}

/** Lower-case words between single spaces, sentences ended by ` .`; apostrophes are gone, other marks are spaces. */
function plainWords(message: string): string {
  const words = message
    .replace(/[’'‘ʼ`´＇]/gu, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[.!?;]+/gu, ' . ')
    .replace(/[^a-z0-9.]+/gu, ' ')
    .trim();
  return ` ${words} . `;
}

/** Reads the notation that stands above the rules. */
function compile(phrase: string): RegExp {
  const items = phrase.split(' ').map((item) => {
    if (item === '**') return '(?: [a-z0-9]+){0,8}';
    if (item === '*') return '(?: [a-z0-9]+){0,3}';
    if (item === '+') return '(?: [a-z0-9]+){1,2}';
    if (item === '$') return '(?= \\.)';
    const optional = item.endsWith('?');
    const alternatives = (optional ? item.slice(0, -1) : item).split('/').map((word) =>
      word === '$' ? '(?= \\.)' : ` ${word.replace(/_/g, ' ').replace(/~/g, '[a-z]*').replace(/\+/g, '[a-z0-9]+')}(?= )`,
    );
    return `(?:${alternatives.join('|')})${optional ? '?' : ''}`;
  });
  return new RegExp(items.join(''), 'g');
}
