//! Which nodes of a graph behave alike, and how is what is left printed?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

/// Stands in a label for the next child. Names in labels are quoted, so it occurs nowhere else.
pub(super) const SLOT: char = '\0';

/// A node: what it is, with a [`SLOT`] for each child.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) label: String,
    pub(super) children: Vec<usize>,
}

/// Prints what is reachable from `root`, alike nodes as one, numbered as they are first met.
pub(super) fn print(header: &str, nodes: &[Node], root: usize) -> String {
    let classes = classes(nodes);
    let mut first: Vec<Option<&Node>> = vec![None; nodes.len()];
    for (node, class) in nodes.iter().zip(&classes) {
        first[*class].get_or_insert(node);
    }
    let mut numbers = HashMap::from([(classes[root], 0)]);
    let mut queue = vec![classes[root]];
    let mut text = format!("{header}\n");
    let mut next = 0;
    while let Some(class) = queue.get(next).copied() {
        let _ = write!(text, "#{next} ");
        next += 1;
        let Some(node) = first[class] else { continue };
        let mut children = node.children.iter();
        for c in node.label.chars() {
            let child = if c == SLOT { children.next() } else { None };
            let Some(child) = child else {
                text.push(c);
                continue;
            };
            if nodes[*child].is_word() {
                text.push_str(&nodes[*child].label);
                continue;
            }
            let class = classes[*child];
            let number = *numbers.entry(class).or_insert_with(|| {
                queue.push(class);
                queue.len() - 1
            });
            let _ = write!(text, "#{number}");
        }
        text.push('\n');
    }
    text
}

impl Node {
    /// Whether it stands where it is used, as `string` does, and needs no number.
    fn is_word(&self) -> bool {
        self.label.bytes().all(|c| c.is_ascii_alphanumeric())
    }
}

/// The class of each node: the coarsest division in which nodes of one class have equal labels and
/// children of equal classes.
fn classes(nodes: &[Node]) -> Vec<usize> {
    let mut parents = vec![Vec::new(); nodes.len()];
    for (parent, node) in nodes.iter().enumerate() {
        for child in &node.children {
            parents[*child].push(parent);
        }
    }
    let mut division = Division::by_label(nodes);
    // Hopcroft's way: of a class that falls apart, the largest part keeps its number, so that a
    // node changes its class, and its parents are looked at again, at most log n times.
    while let Some((class, doubtful)) = division.doubtful.pop_first() {
        for node in division.split(nodes, class, &doubtful) {
            for parent in &parents[node] {
                division.doubt(*parent);
            }
        }
    }
    division.class_of
}

/// A division into classes. Members of a class that are not in doubt have children of equal
/// classes.
struct Division {
    class_of: Vec<usize>,
    members: Vec<BTreeSet<usize>>,
    /// By class, the members that have a child whose class has changed.
    doubtful: BTreeMap<usize, BTreeSet<usize>>,
}

impl Division {
    fn by_label(nodes: &[Node]) -> Division {
        let mut labels = HashMap::new();
        let mut division =
            Division { class_of: Vec::new(), members: Vec::new(), doubtful: BTreeMap::new() };
        for (i, node) in nodes.iter().enumerate() {
            let class = *labels.entry(node.label.as_str()).or_insert(division.members.len());
            if class == division.members.len() {
                division.members.push(BTreeSet::new());
            }
            division.members[class].insert(i);
            division.class_of.push(class);
            division.doubt(i);
        }
        division
    }

    fn doubt(&mut self, node: usize) {
        self.doubtful.entry(self.class_of[node]).or_default().insert(node);
    }

    /// Divides a class by the classes of its members' children. Gives the nodes that have left it.
    fn split(&mut self, nodes: &[Node], class: usize, doubtful: &BTreeSet<usize>) -> Vec<usize> {
        let children = |node: usize| -> Vec<usize> {
            nodes[node].children.iter().map(|child| self.class_of[*child]).collect()
        };
        let mut parts: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for node in doubtful {
            parts.entry(children(*node)).or_default().push(*node);
        }
        // All others are one part, and may be the same as one of these.
        let others = self.members[class].len() - doubtful.len();
        let other = self.members[class].iter().find(|node| !doubtful.contains(node));
        let of_others = other.map(|node| children(*node));
        let size = |key: &Vec<usize>, part: &Vec<usize>| {
            part.len() + if Some(key) == of_others.as_ref() { others } else { 0 }
        };
        let largest = parts.iter().max_by_key(|(key, part)| size(key, part));
        let keeps = match (largest, of_others.clone()) {
            (Some((key, part)), Some(of_others)) if size(key, part) < others => of_others,
            (Some((key, _)), _) => key.clone(),
            (None, _) => return Vec::new(),
        };
        if let Some(of_others) = of_others.filter(|key| *key != keeps) {
            let others = self.members[class].difference(doubtful).copied();
            parts.entry(of_others).or_default().extend(others);
        }
        parts.remove(&keeps);
        let mut moved = Vec::new();
        for part in parts.into_values() {
            for node in &part {
                self.members[class].remove(node);
                self.class_of[*node] = self.members.len();
            }
            moved.extend_from_slice(&part);
            self.members.push(part.into_iter().collect());
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Divides all classes again and again until nothing changes.
    fn classes_by_repetition(nodes: &[Node]) -> Vec<usize> {
        let mut classes = vec![0; nodes.len()];
        loop {
            let mut numbers = HashMap::new();
            let refined: Vec<usize> = nodes
                .iter()
                .zip(&classes)
                .map(|(node, class)| {
                    let children: Vec<_> = node.children.iter().map(|i| classes[*i]).collect();
                    let next = numbers.len();
                    *numbers.entry((*class, &node.label, children)).or_insert(next)
                })
                .collect();
            if classes.iter().collect::<BTreeSet<_>>().len() == numbers.len() {
                return refined;
            }
            classes = refined;
        }
    }

    #[test]
    fn nodes_are_divided_as_by_repetition() {
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).unwrap_or_default() % below
        };
        for _ in 0..2000 {
            let len = 1 + random(24);
            let node = |_| {
                let arity = random(3);
                let children = (0..arity).map(|_| random(len)).collect();
                Node { label: format!("{arity}"), children }
            };
            let nodes: Vec<Node> = (0..len).map(node).collect();
            let (ours, theirs) = (classes(&nodes), classes_by_repetition(&nodes));
            for i in 0..len {
                for j in 0..i {
                    assert_eq!(ours[i] == ours[j], theirs[i] == theirs[j], "{nodes:?} {i} {j}");
                }
            }
        }
    }
}
