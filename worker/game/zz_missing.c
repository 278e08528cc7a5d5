#include "worker/game/rule.h"
#define NY(n) enum tx_verdict rule_##n(struct tx*t,const struct actor*a,const struct c2s_packet*p){return rule_not_yet(t,a,p);}
NY(pick_up) NY(safe_toggle) NY(resuscitation_safe_toggle) NY(request_skills) NY(drop) NY(left_click) NY(double_click) NY(equip) NY(use_item) NY(move_spell) NY(spell_info) NY(modify_skills) NY(commerce_end) NY(bank_end) NY(move_item)
